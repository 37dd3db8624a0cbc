import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from './writer-process.ts';

/** Ends of what lasts for a while: they are due while a plan goes on, one at a time, between its acts. */
export class LaterEnds {
  #ends: { readonly dueMs: number; readonly end: () => Promise<void> | void }[] = [];

  in(ms: number, end: () => Promise<void> | void): void {
    this.#ends.push({ dueMs: monotonicMs() + ms, end });
  }

  /** Lets time pass, and ends what is due meanwhile. */
  async pass(ms: number): Promise<void> {
    const untilMs = monotonicMs() + ms;
    for (;;) {
      const next = this.#ends.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      const nowMs = monotonicMs();
      if (next !== undefined && next.dueMs <= nowMs) await this.#end(next);
      else if (nowMs >= untilMs) return;
      else await delay(Math.min(untilMs, next?.dueMs ?? untilMs) - nowMs);
    }
  }

  /** Ends everything now. */
  async endAll(): Promise<void> {
    for (let next = this.#ends[0]; next !== undefined; next = this.#ends[0]) await this.#end(next);
  }

  async #end(one: { readonly end: () => Promise<void> | void }): Promise<void> {
    this.#ends = this.#ends.filter((other) => other !== one);
    await one.end();
  }
}
