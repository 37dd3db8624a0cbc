/** What one connection may send. Generous: a pasted book or 200 keystrokes a second are far below. */
export interface Rate {
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
}

/** The default: four times what one client reached in tests on one machine; the byte burst holds four of the largest entries. */
export const defaultRate: Rate = {
  messagesPerSecond: 4000,
  messageBurst: 16_000,
  bytesPerSecond: 32 * 1024 * 1024,
  byteBurst: 128 * 1024 * 1024,
};

/** A token bucket for messages and one for bytes. The caller gives the time, in milliseconds that never go back. */
export class RateLimit {
  readonly #rate: Rate;
  #messages: number;
  #bytes: number;
  #filledMs: number;

  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#messages = rate.messageBurst;
    this.#bytes = rate.byteBurst;
    this.#filledMs = nowMs;
  }

  /** Takes one message of this size, or gives false when the sender is too fast. */
  take(bytes: number, nowMs: number): boolean {
    const { messagesPerSecond, messageBurst, bytesPerSecond, byteBurst } = this.#rate;
    const seconds = Math.max(0, nowMs - this.#filledMs) / 1000;
    this.#filledMs = nowMs;
    this.#messages = Math.min(messageBurst, this.#messages + seconds * messagesPerSecond) - 1;
    this.#bytes = Math.min(byteBurst, this.#bytes + seconds * bytesPerSecond) - bytes;
    return this.#messages >= 0 && this.#bytes >= 0;
  }
}
