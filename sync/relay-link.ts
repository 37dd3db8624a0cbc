import { type ClientMessage, encodeClientMessage } from '../protocol/client-messages.ts';
import { isRelayEvent } from '../protocol/events.ts';
import type { Cursor } from '../protocol/ids.ts';
import { type Joined, parseRelayMessage, type RelayMessage } from '../protocol/relay-messages.ts';
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
import { LogReader } from './log-reader.ts';
import { LogStream } from './log-stream.ts';
import { Pauses } from './pauses.ts';
import type { SideRequests } from './side-requests.ts';
import { SnapshotLadder } from './snapshot-ladder.ts';
import type { OpenTransport, Transport } from './transport.ts';
import type { OutboxLink } from './upload.ts';

/** How often in a row another history, or an earlier snapshot, is asked for before the link pauses. */
const maxStartsAnew = 4;

/** One copy's link to one relay: carries out what `transition` decides, and reads the log. */
export class RelayLink {
  #connection: Connection = { state: 'loading' };
  #transport: Transport;
  readonly #pauses: Pauses;
  #reader = new LogReader(undefined);
  #nonce: Uint8Array | undefined;
  #mustCompare = false;
  #startsAnew = 0;
  #stream: LogStream | undefined;
  readonly #ladder = new SnapshotLadder();
  /** The log is full: the next join loads it, to make the snapshot that it needs (rule C6). */
  #mustCompact = false;

  constructor(
    private readonly copy: LinkedCopy,
    private readonly sideRequests: SideRequests,
    relayUrl: string,
    private readonly openTransport: OpenTransport,
    private readonly clock: Clock,
  ) {
    this.#pauses = new Pauses(clock);
    this.#transport = this.#newTransport(relayUrl);
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** What carries the messages; see `Transport`. */
  get carrier(): string | undefined {
    return this.#transport.carrier;
  }

  /** Whether the relay says yes to messages now. */
  get isJoined(): boolean {
    return maySend(this.#connection);
  }

  /** The journal has been read up to here: connect. */
  start(cursor: Cursor | undefined): void {
    this.#reader = new LogReader(cursor);
    this.happened({ type: 'loaded' });
  }

  /** Goes to another address from now on. */
  setRelayUrl(relayUrl: string): void {
    this.#transport.disconnect();
    this.#transport = this.#newTransport(relayUrl);
    if (this.#connection.state !== 'loading') this.happened({ type: 'asked-online' });
  }

  /** Reads the log again behind this cursor, or as a whole; only while live, else it gives false. */
  fetchAgain(from: Cursor | undefined): boolean {
    if (this.#connection.state !== 'live') return false;
    this.#reader = new LogReader(from);
    this.happened({ type: 'fetch-again' });
    return true;
  }

  /** Does not wait for the next attempt. */
  hurry(): void {
    if (this.#connection.state !== 'offline' || this.#connection.asked) return;
    if (this.#pauses.cancel()) this.#transport.connect();
    else this.#transport.hurry();
  }

  send(message: ClientMessage): void {
    this.#transport.send(message.event, encodeClientMessage(message));
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
      this.#startsAnew = 0;
      this.#ladder.forget();
      this.#pauses.reset();
    }
    for (const effect of effects) this.#carryOut(effect);
    if (next !== before) this.copy.changed();
  }

  #carryOut(effect: ConnectionEffect): void {
    this.#pauses.cancel();
    switch (effect) {
      case 'connect':
        this.#transport.connect();
        return;
      case 'disconnect':
        this.#transport.disconnect();
        return;
      case 'pause':
        this.#transport.disconnect();
        this.#pauses.pause(() => this.#transport.connect());
        return;
      case 'join':
        // A cursor from a load that was not compared to its end would be answered with a delta, and nothing be compared.
        this.#join(
          this.#mustCompare || this.#mustCompact ? undefined : this.#reader.joinCursor,
          this.copy.create,
        );
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
    this.#startsAnew += 1;
    if (this.#startsAnew <= maxStartsAnew) this.#join(undefined, false);
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
        host: this.#transport.host,
        token,
        cursor,
        beforeSeq: this.#ladder.beforeSeq,
        create,
      }),
    );
  }

  #newTransport(relayUrl: string): Transport {
    const transport: Transport = this.openTransport(relayUrl, {
      onMessage: (event, payload) => {
        if (transport === this.#transport) this.#received(event, payload);
      },
      onLost: () => {
        if (transport === this.#transport) this.happened({ type: 'lost' });
      },
    });
    return transport;
  }

  #received(event: string, payload: Uint8Array): void {
    const parsed = isRelayEvent(event) ? parseRelayMessage(event, payload) : undefined;
    // Only a broken relay or program sends such a frame; starting anew gets a clean stream.
    if (parsed?.ok) this.#handle(parsed.value, payload.length);
    else this.happened({ type: 'not-my-history' });
  }

  #handle(received: RelayMessage, payloadBytes: number): void {
    const { event, message } = received;
    switch (event) {
      case 'hello':
        this.#nonce = message.nonce;
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
        if (message.code === 'unreadable-snapshot') this.#ladder.forget();
        if (message.code === 'needs-snapshot') this.#mustCompact = true;
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
    if (!this.#reader.start(joined)) {
      this.happened({ type: 'not-my-history' });
      return;
    }
    this.#mustCompare = this.copy.streamStarts(joined, this.#mustCompact);
    this.#mustCompact = false;
    const stream = new LogStream(this.#reader, this.copy, {
      confirm: (bytes) => this.send({ event: 'confirm', message: { bytes } }),
      progress: (bytes) => this.happened({ type: 'progress', bytes }),
      notMyHistory: () => this.happened({ type: 'not-my-history' }),
      snapshotUnopened: (seq) => this.#startBefore(seq),
      caughtUp: () => this.#caughtUp(stream),
    });
    this.#stream = stream;
    this.happened({ type: 'joined', totalBytes: joined.streamBytes });
    if (!this.isJoined) return;
    if (this.#ladder.isUnopened(joined)) {
      this.#startBefore(joined.from.seq);
      return;
    }
    const canAppend = joined.role === 'edit';
    this.copy.joined(canAppend ? this.#appends : undefined);
    this.sideRequests.open((message) => this.send(message));
  }

  /** The snapshot at `seq` does not open: the load starts anew, before it. */
  #startBefore(seq: number): void {
    this.#ladder.stepBefore(seq);
    // Its cursor says that the snapshot is here.
    this.#reader = new LogReader(undefined);
    this.happened({ type: 'not-my-history' });
  }

  readonly #appends: OutboxLink = {
    append: (ref, entry) => this.send({ event: 'append', message: { ref, entry } }),
    upload: (ref, total, offset, chunk) =>
      this.send({ event: 'upload', message: { ref, kind: 'entry', total, offset, chunk } }),
  };

  #caughtUp(stream: LogStream): void {
    this.happened({ type: 'caught-up', mustCheck: this.#mustCompare });
    if (this.#connection.state !== 'checking') {
      this.copy.caughtUp();
      return;
    }
    const isChecking = () => !stream.ended && this.#connection.state === 'checking';
    this.copy.compare(isChecking, () => {
      this.#mustCompare = false;
      this.happened({ type: 'checked' });
    });
  }
}
