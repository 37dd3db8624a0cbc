import { strings, uiLanguage } from './strings.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** When something happened, in the fewest words that are clear at `nowMs`. Both are ms since 1970; days are local. */
export function timeWords(thenMs: number, nowMs: number): string {
  const age = nowMs - thenMs;
  if (age < minuteMs) return 'now';
  if (age < hourMs) return `${Math.floor(age / minuteMs)} min ago`;
  const days = daysBetween(thenMs, nowMs);
  if (days === 0 || age < 6 * hourMs) return `${Math.floor(age / hourMs)} h ago`;
  if (days === 1) return 'yesterday';
  return new Intl.DateTimeFormat(uiLanguage, {
    day: 'numeric',
    month: 'short',
    ...yearUnlessThis(thenMs, nowMs),
  }).format(thenMs);
}

/** A day as a heading: "Today", "Yesterday" or the date. */
export function dayWords(thenMs: number, nowMs: number): string {
  const days = daysBetween(thenMs, nowMs);
  if (days === 0) return strings.history.today;
  if (days === 1) return strings.history.yesterday;
  return new Intl.DateTimeFormat(uiLanguage, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...yearUnlessThis(thenMs, nowMs),
  }).format(thenMs);
}

/** The time of day: "09:05". */
export function timeOfDay(thenMs: number): string {
  return new Intl.DateTimeFormat(uiLanguage, clock).format(thenMs);
}

/** Day and time: "Today, 14:20". */
export function momentWords(thenMs: number, nowMs: number): string {
  return `${dayWords(thenMs, nowMs)}, ${timeOfDay(thenMs)}`;
}

/** All there is to be known of a moment, for whoever points at a time in fewer words. */
export function exactTime(thenMs: number): string {
  return new Intl.DateTimeFormat(uiLanguage, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    ...clock,
  }).format(thenMs);
}

/** The time of day of something that goes on since then, with the day where that is not today. Both are ms since 1970. */
export function clockWords(thenMs: number, nowMs: number): string {
  return new Intl.DateTimeFormat(uiLanguage, {
    ...clock,
    ...(daysBetween(thenMs, nowMs) === 0 ? {} : { day: 'numeric', month: 'short' }),
  }).format(thenMs);
}

function yearUnlessThis(thenMs: number, nowMs: number): Intl.DateTimeFormatOptions {
  return new Date(thenMs).getFullYear() === new Date(nowMs).getFullYear() ? {} : { year: 'numeric' };
}

function daysBetween(thenMs: number, nowMs: number): number {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((midnight(nowMs) - midnight(thenMs)) / (24 * hourMs));
}
