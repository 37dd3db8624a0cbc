const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** When something happened, in the fewest words that are clear at `nowMs`. Both are ms since 1970; days are local. */
export function timeWords(thenMs: number, nowMs: number): string {
  const age = nowMs - thenMs;
  if (age < minuteMs) return 'now';
  if (age < hourMs) return `${Math.floor(age / minuteMs)} min ago`;
  const days = daysBetween(thenMs, nowMs);
  if (days === 0 || age < 6 * hourMs) return `${Math.floor(age / hourMs)} h ago`;
  if (days === 1) return 'yesterday';
  const sameYear = new Date(thenMs).getFullYear() === new Date(nowMs).getFullYear();
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(thenMs);
}

/** The time of day of something that goes on since then, with the day where that is not today. Both are ms since 1970. */
export function clockWords(thenMs: number, nowMs: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(daysBetween(thenMs, nowMs) === 0 ? {} : { day: 'numeric', month: 'short' }),
  }).format(thenMs);
}

function daysBetween(thenMs: number, nowMs: number): number {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((midnight(nowMs) - midnight(thenMs)) / (24 * hourMs));
}
