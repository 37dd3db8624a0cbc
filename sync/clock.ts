/** Time as the cores see it, so that an hour of idling is a millisecond of test. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `delayMs`, 0 for a turn of its own after input that waits; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
  /** A number from 0 up to 1. */
  random(): number;
}

/** The computer's time and randomness. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    if (delayMs === 0) return nextTurn(callback);
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Not a timer: pages are given those 4 ms apart, and hidden pages one a second. */
function nextTurn(callback: () => void): () => void {
  if (typeof setImmediate === 'function') {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  }
  const { port1, port2 } = new MessageChannel();
  const cancel = () => port1.close();
  port1.onmessage = () => {
    cancel();
    callback();
  };
  port2.postMessage(null);
  return cancel;
}

/** Resolves after `delayMs` of this clock. */
export function wait(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
