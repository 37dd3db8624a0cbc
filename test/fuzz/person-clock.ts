import type { Clock } from '../../sync/clock.ts';

/** The clock of one computer, which its owner or its network may set; its timers ring when they would have. */
export class PersonClock implements Clock {
  /** How far it is from the others', in ms. */
  shiftMs = 0;

  constructor(private readonly time: Clock) {}

  now(): number {
    return this.time.now() + this.shiftMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.time.after(delayMs, callback);
  }

  random(): number {
    return this.time.random();
  }
}
