import type { Clock } from './clock.ts';
import type { Pace } from './rate-limit.ts';

/**
 * What takes a turn: a proof of a document, or a connection of engine.io; whoever has got in is served before the next is let in. Uploads
 * have turns of their own.
 */
const kinds = ['join', 'connection', 'upload'] as const;
export type ArrivalKind = (typeof kinds)[number];

/**
 * When connections and joins of one address are looked at, each of which takes about a millisecond before anything can refuse
 * it, or its uploads are stored: one in a turn of the event loop, so that what others send is served between, and beyond a burst as the pace allows.
 */
export class ArrivalTurns {
  readonly #clock: Clock;
  readonly #costMs: number;
  readonly #burstMs: number;
  readonly #waiting: Readonly<Record<ArrivalKind, (() => void)[]>> = { join: [], connection: [], upload: [] };
  /** Until when what was taken lasts at this pace. */
  #paidMs = Number.NEGATIVE_INFINITY;
  /** Somebody has had this turn of the event loop, or waits for the pace. */
  #rests = false;

  constructor({ perSecond, burst }: Pace, clock: Clock) {
    this.#clock = clock;
    this.#costMs = 1000 / perSecond;
    this.#burstMs = (burst - 1) * this.#costMs;
  }

  /** How many of a kind wait. */
  waiting(kind: ArrivalKind): number {
    return this.#waiting[kind].length;
  }

  /** Calls `go` when it is its turn, now where nobody else waits; the returned function gives the turn up. */
  take(kind: ArrivalKind, go: () => void): () => void {
    // Of one function, two turns are two.
    const turn = () => go();
    const waiting = this.#waiting[kind];
    waiting.push(turn);
    if (!this.#rests) this.#next();
    return () => {
      const at = waiting.indexOf(turn);
      if (at !== -1) waiting.splice(at, 1);
    };
  }

  /** Whether nothing is owed: it is as if nobody had been here. */
  isFresh(nowMs: number): boolean {
    return !this.#rests && this.#paidMs <= nowMs;
  }

  #next(): void {
    this.#rests = false;
    const kind = kinds.find((each) => this.#waiting[each].length > 0);
    if (kind === undefined) return;
    const nowMs = this.#clock.now();
    const waitMs = this.#paidMs - this.#burstMs - nowMs;
    this.#rests = true;
    if (waitMs > 0) {
      this.#clock.setTimer(() => this.#next(), waitMs);
      return;
    }
    const turn = this.#waiting[kind].shift();
    this.#paidMs = Math.max(this.#paidMs, nowMs) + this.#costMs;
    setImmediate(() => this.#next());
    turn?.();
  }
}
