/** How much may come: `burst` at once, and `perSecond` over time. */
export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket: holds `burst`, filled with `perSecond`. The caller gives the time, in milliseconds that never go back. */
export class TokenBucket {
  readonly #pace: Pace;
  #tokens: number;
  #filledMs: number;

  constructor(pace: Pace, nowMs: number) {
    this.#pace = pace;
    this.#tokens = pace.burst;
    this.#filledMs = nowMs;
  }

  /** Takes this many, or gives false when there are not enough. What was asked for in vain counts too. */
  take(count: number, nowMs: number): boolean {
    this.#fill(nowMs);
    this.#tokens -= count;
    return this.#tokens >= 0;
  }

  /** As `take`, but what was asked for in vain does not count. */
  takeIfThere(count: number, nowMs: number): boolean {
    this.#fill(nowMs);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** Takes this many also where they are not there: a debt, of `mostOwed` at most, that is paid before there are any. */
  owe(count: number, mostOwed: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens = Math.max(Math.min(this.#tokens, -mostOwed), this.#tokens - count);
  }

  /** Whether there are this many. */
  has(count: number, nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= count;
  }

  /** Whether nothing was taken for long enough that it need not be remembered. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= this.#pace.burst;
  }

  #fill(nowMs: number): void {
    const seconds = Math.max(0, nowMs - this.#filledMs) / 1000;
    this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#pace.burst, this.#tokens + seconds * this.#pace.perSecond);
  }
}

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

/** The messages and bytes of one connection. */
export class RateLimit {
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;

  constructor(rate: Rate, nowMs: number) {
    this.#messages = new TokenBucket({ perSecond: rate.messagesPerSecond, burst: rate.messageBurst }, nowMs);
    this.#bytes = new TokenBucket({ perSecond: rate.bytesPerSecond, burst: rate.byteBurst }, nowMs);
  }

  /** Whether nothing was taken for long enough that it need not be remembered. */
  isFull(nowMs: number): boolean {
    return this.#messages.isFull(nowMs) && this.#bytes.isFull(nowMs);
  }

  /** Takes one message of this size, or gives false when the sender is too fast. */
  take(bytes: number, nowMs: number): boolean {
    const message = this.#messages.take(1, nowMs);
    return this.#bytes.take(bytes, nowMs) && message;
  }
}
