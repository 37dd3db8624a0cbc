/** When the connections of one address that flood are listened to again: what all of them have sent is paid for by their address. */
export class FloodTurns {
  #paidMs = Number.NEGATIVE_INFINITY;

  /** The time at which what was taken since `sinceMs`, and costs so many milliseconds, is paid for. */
  take(sinceMs: number, costMs: number): number {
    this.#paidMs = Math.max(this.#paidMs, sinceMs) + costMs;
    return this.#paidMs;
  }
}
