/** The browser's time, for work in the background. */
export const windowTime = {
  now: () => performance.now(),
  after: (delayMs: number, callback: () => void) => {
    const timer = window.setTimeout(callback, delayMs);
    return () => window.clearTimeout(timer);
  },
};
