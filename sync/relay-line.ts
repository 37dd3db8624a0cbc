import { type ClientMessage, encodeClientMessage } from '../protocol/client-messages.ts';
import { isRelayEvent } from '../protocol/events.ts';
import { parseRelayMessage, type RelayMessage } from '../protocol/relay-messages.ts';
import type { Clock } from './clock.ts';
import { Pauses } from './pauses.ts';
import type { OpenTransport, Transport } from './transport.ts';

/** What a line tells its link; only of the relay it goes to now. */
export interface RelayLineEvents {
  /** A message, and the bytes of its payload. */
  received(message: RelayMessage, payloadBytes: number): void;
  /** What came is no message of a relay. */
  garbled(): void;
  lost(): void;
}

/** The transport to whichever relay is wanted: messages instead of bytes, and pauses where the relay asks for one. */
export class RelayLine {
  #transport: Transport;
  readonly #pauses: Pauses;

  constructor(
    relayUrl: string,
    private readonly openTransport: OpenTransport,
    clock: Clock,
    private readonly events: RelayLineEvents,
  ) {
    this.#pauses = new Pauses(clock);
    this.#transport = this.#newTransport(relayUrl);
  }

  /** See `Transport`. */
  get host(): string {
    return this.#transport.host;
  }

  /** See `Transport`. */
  get carrier(): string | undefined {
    return this.#transport.carrier;
  }

  connect(): void {
    this.#transport.connect();
  }

  disconnect(): void {
    this.#transport.disconnect();
  }

  /** Disconnects now and connects again after a pause. */
  pause(): void {
    this.#transport.disconnect();
    this.#pauses.pause(() => this.#transport.connect());
  }

  /** Ends a pause without connecting; whether there was one. */
  cancelPause(): boolean {
    return this.#pauses.cancel();
  }

  /** All is well: the next pause is the first again. */
  forgetPauses(): void {
    this.#pauses.reset();
  }

  /** Does not wait for the next attempt. */
  hurry(): void {
    if (this.#pauses.cancel()) this.#transport.connect();
    else this.#transport.hurry();
  }

  /** Goes to another address from the next `connect` on. */
  setRelayUrl(relayUrl: string): void {
    this.#transport.disconnect();
    this.#transport = this.#newTransport(relayUrl);
  }

  send(message: ClientMessage): void {
    this.#transport.send(message.event, encodeClientMessage(message));
  }

  #newTransport(relayUrl: string): Transport {
    const transport: Transport = this.openTransport(relayUrl, {
      onMessage: (event, payload) => {
        if (transport === this.#transport) this.#received(event, payload);
      },
      onLost: () => {
        if (transport === this.#transport) this.events.lost();
      },
    });
    return transport;
  }

  #received(event: string, payload: Uint8Array): void {
    const parsed = isRelayEvent(event) ? parseRelayMessage(event, payload) : undefined;
    if (parsed?.ok) this.events.received(parsed.value, payload.length);
    else this.events.garbled();
  }
}
