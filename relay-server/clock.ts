import { performance } from 'node:perf_hooks';

/** Time as the relay's core sees it: `now` in milliseconds of a clock that never goes back, and timers. */
export interface Clock {
  now(): number;
  /** Milliseconds since 1970, for what is kept over a restart. May go back. */
  epochMs(): number;
  /** Calls `ring` once after `delayMs`; the returned function cancels it. */
  setTimer(ring: () => void, delayMs: number): () => void;
  /** Calls `run` once, after what has arrived until then has been taken. */
  nextTurn(run: () => void): void;
  /** Share of the time, lately, in which the process had something to do: 0 to 1. Electron's loop does not tell: there it is 0. */
  busyShare(): number;
}

/** So long a share is told before it is taken anew. */
const shareMs = 250;
const loop = performance.eventLoopUtilization.bind(performance);
let before = loop();
let told = { share: 0, untilMs: 0 };

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  setTimer: (ring, delayMs) => {
    const timer = setTimeout(ring, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  nextTurn: (run) => void setImmediate(run),
  busyShare: () => {
    const nowMs = performance.now();
    if (nowMs >= told.untilMs) {
      const now = loop();
      told = { share: loop(now, before).utilization, untilMs: nowMs + shareMs };
      before = now;
    }
    return told.share;
  },
};
