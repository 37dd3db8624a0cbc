import type { ClientMessage } from '../protocol/client-messages.ts';
import type { Cursor } from '../protocol/ids.ts';
import type { Joined } from '../protocol/joining-messages.ts';
import { limits } from '../protocol/limits.ts';
import type { RelayMessage } from '../protocol/relay-messages.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Clock } from './clock.ts';
import {
  type Connection,
  type ConnectionEffect,
  type ConnectionEvent,
  maySend,
  transition,
} from './connection.ts';
import { joinMessage } from './join.ts';
import type { LinkedCopy } from './linked-copy.ts';
import { LogStream } from './log-stream.ts';
import { NextJoin } from './next-join.ts';
import { RelayLine } from './relay-line.ts';
import type { SideRequests } from './side-requests.ts';
import type { OpenTransport } from './transport.ts';
import { outboxLink } from './upload.ts';

/** One copy's link to one relay: carries out what `transition` decides, and reads the log. */
export class RelayLink {
  #connection: Connection = { state: 'loading' };
  readonly #line: RelayLine;
  #nonce: Uint8Array | undefined;
  #entryBytes: number = limits.entryBytes;
  #stream: LogStream | undefined;
  readonly #next = new NextJoin();

  constructor(
    private readonly copy: LinkedCopy,
    private readonly sideRequests: SideRequests,
    relayUrl: string,
    openTransport: OpenTransport,
    private readonly clock: Clock,
  ) {
    this.#line = new RelayLine(relayUrl, openTransport, clock, {
      received: (message, payloadBytes) => this.#handle(message, payloadBytes),
      // Only a broken relay or program sends such a frame; starting anew gets a clean stream.
      garbled: () => this.happened({ type: 'not-my-history' }),
      lost: () => this.happened({ type: 'lost' }),
    });
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** What carries the messages; see `Transport`. */
  get carrier(): string | undefined {
    return this.#line.carrier;
  }

  /** Whether the relay says yes to messages now. */
  get isJoined(): boolean {
    return maySend(this.#connection);
  }

  /** The journal has been read up to here: connect. */
  start(cursor: Cursor | undefined): void {
    this.#next.readFrom(cursor);
    this.happened({ type: 'loaded' });
  }

  /** Goes to another address from now on. */
  setRelayUrl(relayUrl: string): void {
    this.#line.setRelayUrl(relayUrl);
    if (this.#connection.state !== 'loading') this.happened({ type: 'asked-online' });
  }

  /** Reads the log again behind this cursor, or as a whole; only while live, else it gives false. */
  fetchAgain(from: Cursor | undefined): boolean {
    if (this.#connection.state !== 'live') return false;
    this.#next.readFrom(from);
    this.happened({ type: 'fetch-again' });
    return true;
  }

  /** Does not wait for the next attempt. */
  hurry(): void {
    if (this.#connection.state !== 'offline' || this.#connection.asked) return;
    this.#line.hurry();
  }

  send(message: ClientMessage): void {
    this.#line.send(message);
  }

  /** Takes one step of the connection and does what follows from it. */
  happened(event: ConnectionEvent): void {
    const before = this.#connection;
    const { next, effects } = transition(before, event, this.clock.now());
    this.#connection = next;
    if (maySend(before) && !maySend(next)) {
      this.#stream?.end();
      this.copy.notJoined();
      this.sideRequests.shut();
    }
    if (next.state === 'live') {
      this.#next.live();
      this.#line.forgetPauses();
    }
    for (const effect of effects) this.#carryOut(effect);
    if (next !== before) this.copy.changed();
  }

  #carryOut(effect: ConnectionEffect): void {
    this.#line.cancelPause();
    switch (effect) {
      case 'connect':
        this.#line.connect();
        return;
      case 'disconnect':
        this.#line.disconnect();
        return;
      case 'pause':
        this.#line.pause();
        return;
      case 'join':
        this.#join(this.#next.cursor, this.copy.create);
        return;
      case 'join-anew':
        this.#startAnew();
        return;
      case 'join-to-publish':
        this.#join(undefined, true);
        return;
      default:
        effect satisfies never;
    }
  }

  #startAnew(): void {
    if (this.#next.takeStartAnew()) this.#join(undefined, false);
    else
      this.happened({
        type: 'refused',
        code: 'wrong-state',
        detail: 'the history keeps changing',
        canPublish: false,
      });
  }

  #join(cursor: Cursor | undefined, create: boolean): void {
    if (this.#nonce === undefined) return;
    const { keys, token } = this.copy;
    this.send(
      joinMessage(keys, {
        nonce: this.#nonce,
        host: this.#line.host,
        token,
        cursor,
        beforeSeq: this.#next.beforeSeq,
        create,
      }),
    );
  }

  #handle(received: RelayMessage, payloadBytes: number): void {
    const { event, message } = received;
    switch (event) {
      case 'hello':
        this.#nonce = message.nonce;
        // No relay can be configured to take less than the one: changes are not split without end for one that says so.
        this.#entryBytes = Math.max(message.entryBytes, limits.inlineEntryBytes);
        this.happened({ type: 'greeted', versionFits: message.version === PROTOCOL_VERSION });
        return;
      case 'joined':
        this.#joined(message);
        return;
      case 'entries':
      case 'part':
      case 'snapshot-part':
      case 'live':
        this.#stream?.handle(received, payloadBytes);
        return;
      case 'refused':
        if (this.sideRequests.heard(received)) return;
        if (message.code === 'unreadable-snapshot') this.#next.startAtNewest();
        if (message.code === 'needs-snapshot') this.#next.mustCompact = true;
        this.happened({ type: 'refused', ...message, canPublish: this.copy.canPublish() });
        return;
      case 'snapshot-request':
      case 'milestone-list':
      case 'milestone-part':
        this.sideRequests.heard(received);
        return;
      case 'ack':
      case 'received':
        this.sideRequests.heard(received);
        this.copy.heard(received);
        return;
      default:
        this.copy.heard(received);
    }
  }

  #joined(joined: Joined): void {
    this.#stream?.end();
    const next = this.#next;
    if (!next.reader.start(joined)) {
      this.happened({ type: 'not-my-history' });
      return;
    }
    next.mustCompare = this.copy.streamStarts(joined, next.mustCompact);
    next.mustCompact = false;
    const stream = new LogStream(next.reader, this.copy, {
      confirm: (bytes) => this.send({ event: 'confirm', message: { bytes } }),
      progress: (bytes) => this.happened({ type: 'progress', bytes }),
      notMyHistory: () => this.happened({ type: 'not-my-history' }),
      snapshotUnopened: (seq) => this.#startBefore(seq),
      caughtUp: () => this.#caughtUp(stream),
    });
    this.#stream = stream;
    this.happened({ type: 'joined', totalBytes: joined.streamBytes });
    if (!this.isJoined) return;
    if (next.isUnopened(joined)) {
      this.#startBefore(joined.from.seq);
      return;
    }
    const canAppend = joined.role === 'edit';
    this.copy.joined(canAppend ? outboxLink(this.#entryBytes, (message) => this.send(message)) : undefined);
    this.sideRequests.open((message) => this.send(message));
  }

  /** The snapshot at `seq` does not open: the load starts anew, before it. */
  #startBefore(seq: number): void {
    this.#next.startBefore(seq);
    this.happened({ type: 'not-my-history' });
  }

  #caughtUp(stream: LogStream): void {
    this.happened({ type: 'caught-up', mustCheck: this.#next.mustCompare });
    if (this.#connection.state !== 'checking') {
      this.copy.caughtUp();
      return;
    }
    const isChecking = () => !stream.ended && this.#connection.state === 'checking';
    this.copy.compare(isChecking, () => {
      this.#next.mustCompare = false;
      this.happened({ type: 'checked' });
    });
  }
}
