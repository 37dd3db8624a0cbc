import type { Clock } from '../../sync/clock.ts';
import type { Random } from './random.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly ring: () => void;
}

/** A clock that moves only when told, so that minutes of waiting cost nothing. */
export class VirtualTime implements Clock {
  #nowMs = 1_700_000_000_000;
  #order = 0;
  #timers: Timer[] = [];

  constructor(private readonly seeded: Random) {}

  now(): number {
    return this.#nowMs;
  }

  random(): number {
    return this.seeded.next();
  }

  after(delayMs: number, callback: () => void): () => void {
    this.#order += 1;
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, ring: callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets `durationMs` pass: rings what is due, in order, and lets everything asynchronous happen between. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settleTurns();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.atMs > endMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.ring();
      await settleTurns();
    }
    this.#nowMs = endMs;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        first === undefined ||
        timer.atMs < first.atMs ||
        (timer.atMs === first.atMs && timer.order < first.order)
      )
        first = timer;
    }
    return first;
  }
}

/** Lets promises settle: two turns of the event loop, since one may start what the next ends. */
async function settleTurns(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}
