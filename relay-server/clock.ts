/** Time as the relay's core sees it: `now` in milliseconds of a clock that never goes back, and timers. */
export interface Clock {
  now(): number;
  /** Milliseconds since 1970, for what is kept over a restart. May go back. */
  epochMs(): number;
  /** Calls `ring` once after `delayMs`; the returned function cancels it. */
  setTimer(ring: () => void, delayMs: number): () => void;
}

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  setTimer: (ring, delayMs) => {
    const timer = setTimeout(ring, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
