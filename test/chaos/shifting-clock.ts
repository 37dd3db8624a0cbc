import { readFileSync } from 'node:fs';

/**
 * Loaded before a program (`--import`): its `Date` is off by as many milliseconds as the file named in
 * `CHAOS_CLOCK_FILE` says, which may change while it runs. Timers and `performance.now` stay right, as they do when a
 * computer's clock is set.
 */
const file = process.env.CHAOS_CLOCK_FILE;
const lookEveryMs = 40;

if (file !== undefined) {
  const RealDate = Date;
  let shiftMs = 0;
  const look = () => {
    try {
      shiftMs = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      // Not written yet: the clock is right.
    }
  };
  look();
  setInterval(look, lookEveryMs).unref();
  const now = () => RealDate.now() + shiftMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  });
}
