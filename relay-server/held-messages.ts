/** A message as it came from the network. */
export interface HeldMessage {
  readonly event: string;
  readonly payload: Uint8Array;
}

/** What had been read of a connection before it was stopped: it waits here, in its order. */
export class HeldMessages {
  readonly #messages: HeldMessage[] = [];
  #bytes = 0;

  get count(): number {
    return this.#messages.length;
  }

  /** Bytes of all payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  add(message: HeldMessage): void {
    this.#messages.push(message);
    this.#bytes += message.payload.length;
  }

  /** The first of them, which stays. */
  get first(): HeldMessage | undefined {
    return this.#messages[0];
  }

  /** The first of them. */
  take(): HeldMessage | undefined {
    const first = this.#messages.shift();
    this.#bytes -= first?.payload.length ?? 0;
    return first;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#bytes = 0;
  }
}
