import type { Append, Presence, Upload as UploadChunk } from '../protocol/client-messages.ts';
import type { RelayEvent } from '../protocol/events.ts';
import type { Role } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Clock } from './clock.ts';
import { sha256 } from './entry-hash.ts';
import type { LogStore } from './log-store.ts';
import { isDamage, StoreError } from './log-store.ts';
import type { MemberLink } from './member-link.ts';
import { MemberUploads, refusalOfStore } from './member-uploads.ts';
import type { Appender } from './pending-append.ts';
import type { Room, RoomMember } from './room.ts';
import type { UploadSlots } from './upload-slots.ts';

/** How a member gets the stream: from the log at its own pace, or as it is broadcast (rules S4 and S5). */
type Phase =
  | { readonly state: 'catching-up'; position: number; large: LargeEntry | undefined; reading: boolean }
  | { readonly state: 'live' }
  | { readonly state: 'left' };

type CatchingUp = Phase & { readonly state: 'catching-up' };

/** A large entry of which the bytes before `offset` have been sent. */
interface LargeEntry {
  readonly seq: number;
  readonly total: number;
  offset: number;
}

/** What a membership asks of the connection it belongs to. */
export interface MembershipOwner {
  readonly link: MemberLink;
  /** Refuses an append or upload; later ones are refused until the next join (rule A4). */
  refuseAppend(code: RefusalCode, ref: number, detail: string): void;
  refuseAndClose(code: RefusalCode, detail: string): void;
  /** The stream cannot go on: the member leaves and has to join again. */
  lostStream(detail: string): void;
  /** The relay holds an append of this connection with this many bytes in memory, until `appendReleased`. */
  appendHeld(bytes: number): void;
  appendReleased(bytes: number): void;
}

/** One join of one connection: its stream, and where answers to its appends go. Nothing of it outlives the join. */
export class Membership implements RoomMember, Appender {
  readonly id: number;
  readonly role: Role;
  readonly room: Room;
  readonly #owner: MembershipOwner;
  readonly #store: LogStore;
  readonly #budgetBytes: number;
  readonly #uploads: MemberUploads;
  #phase: Phase;
  #sentBytes = 0;
  #confirmedBytes = 0;

  constructor(options: {
    id: number;
    role: Role;
    room: Room;
    fromSeq: number;
    owner: MembershipOwner;
    store: LogStore;
    budgetBytes: number;
    entryBytes: number;
    uploadSlots: UploadSlots;
    clock: Clock;
  }) {
    this.id = options.id;
    this.role = options.role;
    this.room = options.room;
    this.#owner = options.owner;
    this.#store = options.store;
    this.#budgetBytes = options.budgetBytes;
    this.#phase = { state: 'catching-up', position: options.fromSeq, large: undefined, reading: false };
    this.#uploads = new MemberUploads({
      owner: options.owner,
      store: options.store,
      slots: options.uploadSlots,
      clock: options.clock,
      entryBytes: options.entryBytes,
      append: (ref, spool, digest) => {
        this.#owner.appendHeld(0);
        this.room.log.append({ from: this, ref, digest, body: { type: 'spooled', spool } });
      },
    });
    this.room.join(this);
  }

  /** Whether broadcasts reach it. */
  get live(): boolean {
    return this.#phase.state === 'live';
  }

  /** Starts or resumes the stream; the room calls it when there is more to read. */
  moreToRead(): void {
    const phase = this.#phase;
    if (phase.state !== 'catching-up' || phase.reading) return;
    phase.reading = true;
    this.#readOn(phase).catch((error: unknown) => {
      if (isDamage(error)) this.room.reportDamage();
      if (this.#phase === phase)
        this.#owner.lostStream(error instanceof Error ? error.message : String(error));
    });
  }

  /** The client has processed this many bytes since the join (rule S4). */
  confirm(bytes: number): void {
    this.#confirmedBytes = Math.max(this.#confirmedBytes, Math.min(bytes, this.#sentBytes));
    this.moreToRead();
  }

  /** Queues a small entry of an editor. */
  append({ ref, entry }: Append): void {
    this.#owner.appendHeld(entry.length);
    this.room.log.append({ from: this, ref, digest: sha256(entry), body: { type: 'inline', bytes: entry } });
  }

  /** Takes a chunk of a large entry of an editor. */
  upload(chunk: UploadChunk): void {
    this.#uploads.take(chunk);
  }

  /** Forgets uploads that are not complete. */
  discardUploads(): void {
    this.#uploads.discard();
  }

  setPresence({ counter, sealed }: Presence): void {
    this.room.setPresence(this, counter, sealed);
  }

  leave(): void {
    if (this.#phase.state === 'left') return;
    this.#uploads.discard();
    if (this.#phase.state === 'live') this.#owner.link.leaveLive(this.room.id);
    this.#phase = { state: 'left' };
    this.room.leave(this);
  }

  send(event: RelayEvent, payload: Uint8Array): void {
    this.#owner.link.send(event, payload);
  }

  streamed(bytes: number): boolean {
    this.#sentBytes += bytes;
    return this.#withinBudget();
  }

  fellBehind(seq: number): void {
    this.#owner.link.leaveLive(this.room.id);
    this.#phase = { state: 'catching-up', position: seq, large: undefined, reading: false };
  }

  expel(): void {
    this.#owner.lostStream('The history of this document changed on the relay.');
  }

  acknowledge(acks: readonly { readonly ref: number; readonly seq: number }[]): void {
    if (this.#phase.state === 'left') return;
    this.send('ack', encodeRelayMessage({ event: 'ack', message: { acks } }));
  }

  appendFailed(ref: number, error: StoreError): void {
    if (this.#phase.state === 'left') return;
    this.#owner.refuseAppend(refusalOfStore(error), ref, error.message);
  }

  released(bytes: number): void {
    this.#owner.appendReleased(bytes);
  }

  /** Sends the log until the member is live, over its budget, or gone. */
  async #readOn(phase: CatchingUp): Promise<void> {
    try {
      while (this.#phase === phase && this.#withinBudget()) {
        if (phase.large === undefined && phase.position >= this.room.published.seq) {
          // Nothing may be awaited between this comparison and joining: a frame broadcast meanwhile would be missed.
          this.#enterLive();
          return;
        }
        await (phase.large === undefined ? this.#readSlice(phase) : this.#readPart(phase, phase.large));
      }
    } finally {
      phase.reading = false;
    }
  }

  async #readSlice(phase: CatchingUp): Promise<void> {
    const last = this.room.published.seq;
    const slice = await this.#store.read(this.room.id, phase.position, last, limits.chunkBytes);
    if (this.#phase !== phase) return;
    if (slice.type === 'end')
      throw new StoreError(
        'damaged',
        `The log of room ${this.room.id} ends before entry ${phase.position + 1}.`,
      );
    if (slice.type === 'large') {
      phase.large = { seq: slice.seq, total: slice.total, offset: 0 };
      return;
    }
    phase.position += slice.entries.length;
    this.#stream('entries', encodeRelayMessage({ event: 'entries', message: slice }));
  }

  async #readPart(phase: CatchingUp, large: LargeEntry): Promise<void> {
    const { seq, total, offset } = large;
    const chunk = await this.#store.readPart(this.room.id, seq, offset);
    if (this.#phase !== phase) return;
    large.offset += chunk.length;
    if (large.offset >= total) {
      phase.large = undefined;
      phase.position = seq;
    }
    this.#stream('part', encodeRelayMessage({ event: 'part', message: { seq, total, offset, chunk } }));
  }

  #enterLive(): void {
    this.#phase = { state: 'live' };
    this.#owner.link.joinLive(this.room.id);
    this.room.enterLive(this);
    this.send('live', encodeRelayMessage({ event: 'live', message: this.room.published }));
    for (const payload of this.room.presence.allBut(this.id)) this.send('peers', payload);
  }

  #stream(event: 'entries' | 'part', payload: Uint8Array): void {
    this.#sentBytes += payload.length;
    this.send(event, payload);
  }

  #withinBudget(): boolean {
    return this.#sentBytes - this.#confirmedBytes < this.#budgetBytes;
  }
}
