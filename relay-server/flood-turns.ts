/** Between two connections that flood and are read again, in ms: each may have sent a piece of hundreds of messages. */
const apartMs = 20;

/** When which of the connections that flood is read again: one after another, so that no turn of the event loop meets all of them. */
export class FloodTurns {
  #nextMs = Number.NEGATIVE_INFINITY;

  /** The time of a connection that may be read from `dueMs` on. */
  take(dueMs: number): number {
    const turnMs = Math.max(dueMs, this.#nextMs);
    this.#nextMs = turnMs + apartMs;
    return turnMs;
  }
}
