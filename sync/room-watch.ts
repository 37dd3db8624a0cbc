import { type ClientMessage, encodeClientMessage } from '../protocol/client-messages.ts';
import { isRelayEvent } from '../protocol/events.ts';
import type { Cursor } from '../protocol/ids.ts';
import type { Joined } from '../protocol/joining-messages.ts';
import { isRefusalCode, refusals } from '../protocol/refusals.ts';
import { parseRelayMessage, type RelayMessage } from '../protocol/relay-messages.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Clock } from './clock.ts';
import { Confirmations } from './confirmations.ts';
import { joinMessage } from './join.ts';
import type { DocumentKeys } from './keys.ts';
import { Pauses } from './pauses.ts';
import type { PresenceState } from './presence-state.ts';
import { PresentMembers } from './present-members.ts';
import type { OpenTransport, Transport } from './transport.ts';

/** More than this of the log is not received only to see who is there: the join is made again at the head. */
const deltaBytes = 64 * 1024;

/** What a watch needs from outside. */
export interface RoomWatchOptions {
  /** A viewer's keys are enough, and a viewer is never asked for a snapshot. */
  readonly keys: DocumentKeys;
  readonly relayUrl: string;
  /** Access token of a private relay, else empty. */
  readonly token: string;
  /** Where a copy on this computer stands, so that the relay need not send what came before; undefined where that is not known. */
  readonly cursor: Cursor | undefined;
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  /** Everyone who is there, by client ID, whenever that has changed; empty while the relay cannot be asked. */
  readonly onPeople: (people: ReadonlyMap<number, PresenceState>) => void;
}

/**
 * Sees who is in a document without opening it: joins at the head of the log, confirms what is streamed without keeping
 * any of it, and never tells of itself, so that it shows to nobody.
 */
export class RoomWatch {
  readonly #options: RoomWatchOptions;
  readonly #transport: Transport;
  readonly #pauses: Pauses;
  readonly #members: PresentMembers;
  readonly #people = new Map<number, PresenceState>();
  #cursor: Cursor | undefined;
  #nonce: Uint8Array | undefined;
  #confirmations: Confirmations | undefined;
  /** Joined at the head already: a relay that streams more all the same is not asked again. */
  #asked = false;
  #closed = false;

  constructor(options: RoomWatchOptions) {
    const { keys, clock, relayUrl, openTransport } = options;
    this.#options = options;
    this.#cursor = options.cursor;
    this.#pauses = new Pauses(clock);
    this.#members = new PresentMembers(
      { roomId: keys.roomId, contentKey: keys.contentKey },
      {
        shown: (state) => this.#people.set(state.clientId, state),
        gone: (clientIds) => {
          for (const clientId of clientIds) this.#people.delete(clientId);
        },
      },
    );
    this.#transport = openTransport(relayUrl, {
      onMessage: (event, payload) => this.#received(event, payload),
      onLost: () => this.#tryLater(),
    });
    this.#transport.connect();
  }

  /** A place near the head of the log: what the next watch of this document starts with. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** The network may be back: does not wait for the next attempt. */
  hurry(): void {
    if (this.#pauses.cancel()) this.#transport.connect();
  }

  /** Ends it; nothing is told any more. */
  close(): void {
    this.#closed = true;
    this.#pauses.cancel();
    this.#transport.disconnect();
  }

  #received(event: string, payload: Uint8Array): void {
    const parsed = isRelayEvent(event) ? parseRelayMessage(event, payload) : undefined;
    if (parsed?.ok) this.#handle(parsed.value, payload.length);
    else this.#tryLater();
  }

  #handle(received: RelayMessage, payloadBytes: number): void {
    const { event, message } = received;
    switch (event) {
      case 'hello':
        this.#nonce = message.nonce;
        this.#asked = false;
        if (message.version === PROTOCOL_VERSION) this.#join(this.#cursor);
        else this.#stop();
        return;
      case 'joined':
        this.#joined(message);
        return;
      case 'entries':
      case 'part':
      case 'snapshot-part':
        this.#confirmations?.processed(payloadBytes);
        return;
      case 'live':
        this.#cursor = message;
        this.#pauses.reset();
        return;
      case 'peers':
        this.#members.peers(message, undefined);
        this.#tell();
        return;
      case 'left':
        this.#members.left(message);
        this.#tell();
        return;
      case 'refused':
        if (isRefusalCode(message.code) && refusals[message.code].after === 'retry') this.#tryLater();
        else this.#stop();
        return;
      default:
        return;
    }
  }

  #joined({ head, start, streamBytes }: Joined): void {
    if (!this.#asked && (start !== 'delta' || streamBytes > deltaBytes)) {
      this.#asked = true;
      this.#confirmations = undefined;
      this.#join(head);
      return;
    }
    this.#confirmations = new Confirmations((bytes) => this.#send({ event: 'confirm', message: { bytes } }));
  }

  #join(cursor: Cursor | undefined): void {
    if (this.#nonce === undefined) return;
    const { keys, token } = this.#options;
    const { host } = this.#transport;
    this.#send(joinMessage(keys, { nonce: this.#nonce, host, token, cursor, beforeSeq: 0, create: false }));
  }

  /** One at a time and with growing pauses: nobody waits for this. */
  #tryLater(): void {
    this.#stop();
    this.#pauses.pause(() => this.#transport.connect());
  }

  #stop(): void {
    this.#transport.disconnect();
    this.#members.allLeft();
    this.#tell();
  }

  #tell(): void {
    if (!this.#closed) this.#options.onPeople(new Map(this.#people));
  }

  #send(message: ClientMessage): void {
    this.#transport.send(message.event, encodeClientMessage(message));
  }
}
