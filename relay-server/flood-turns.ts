/** Nobody waits longer for what an address has sent: a connection that is not read for so long misses the relay's pings. */
export const longestPaidMs = 5000;

/** When the connections of one address that flood are listened to again: what all of them have sent is paid for by their address. */
export class FloodTurns {
  #paidMs = Number.NEGATIVE_INFINITY;

  /** The time at which what was taken since `sinceMs`, and costs so many milliseconds, is paid for; soon after `nowMs` at the latest. */
  take(sinceMs: number, costMs: number, nowMs: number): number {
    this.#paidMs = Math.min(Math.max(this.#paidMs, sinceMs) + costMs, nowMs + longestPaidMs);
    return this.#paidMs;
  }
}
