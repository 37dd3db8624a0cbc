import type { Append, Presence, Upload as UploadChunk } from '../protocol/client-messages.ts';
import type { RelayEvent } from '../protocol/events.ts';
import type { Role } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Clock } from './clock.ts';
import { sha256 } from './entry-hash.ts';
import type { LogStore, StoreError } from './log-store.ts';
import { isDamage } from './log-store.ts';
import { MemberMilestones } from './member-milestones.ts';
import { MemberSnapshot } from './member-snapshot.ts';
import { MemberUploads, refusalOfStore } from './member-uploads.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { Appender } from './pending-append.ts';
import type { Room } from './room.ts';
import type { RoomMember } from './room-member.ts';
import type { SharedFrames } from './shared-frames.ts';
import type { SnapshotInfo } from './snapshot-store.ts';
import { StreamReader } from './stream-reader.ts';
import type { StreamStart } from './stream-start.ts';
import type { UploadSlots } from './upload-slots.ts';

/** How a member gets the stream: from the log at its own pace, or as it is broadcast (rules S4 and S5). */
type Phase =
  | { readonly state: 'catching-up'; readonly reader: StreamReader; reading: boolean }
  | { readonly state: 'live' }
  | { readonly state: 'left' };

type CatchingUp = Phase & { readonly state: 'catching-up' };

/** One join of one connection: its stream, and where answers to its appends go. Nothing of it outlives the join. */
export class Membership implements RoomMember, Appender {
  readonly id: number;
  readonly role: Role;
  readonly room: Room;
  readonly #owner: MembershipOwner;
  readonly #store: LogStore;
  readonly #frames: SharedFrames;
  readonly #budgetBytes: number;
  readonly #uploads: MemberUploads;
  /** The snapshot it offers. */
  readonly snapshot: MemberSnapshot;
  readonly milestones: MemberMilestones;
  #phase: Phase;
  #sentBytes = 0;
  #confirmedBytes = 0;

  constructor(options: {
    id: number;
    role: Role;
    room: Room;
    start: StreamStart;
    owner: MembershipOwner;
    store: LogStore;
    frames: SharedFrames;
    budgetBytes: number;
    entryBytes: number;
    snapshotBytes: number;
    uploadSlots: UploadSlots;
    clock: Clock;
  }) {
    this.id = options.id;
    this.role = options.role;
    this.room = options.room;
    this.#owner = options.owner;
    this.#store = options.store;
    this.#frames = options.frames;
    this.#budgetBytes = options.budgetBytes;
    const { room, owner, store, clock, uploadSlots: slots, start, snapshotBytes } = options;
    this.#phase = this.#catchingUp(start.from.seq, start.snapshot);
    this.#uploads = new MemberUploads({
      owner,
      store,
      slots,
      clock,
      leastBytes: limits.inlineEntryBytes + 1,
      mostBytes: options.entryBytes,
      windowBytes: limits.uploadWindowBytes,
      complete: (ref, spool, digest) => {
        owner.appendHeld(0);
        room.log.append({ from: this, ref, digest, body: { type: 'spooled', spool } });
      },
      refuse: (code, ref, detail) => owner.refuseAppend(code, ref, detail),
    });
    this.snapshot = new MemberSnapshot({
      editorId: this.id,
      room,
      owner,
      store,
      slots,
      clock,
      snapshotBytes,
    });
    this.milestones = new MemberMilestones(room, store, owner);
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
      if (this.#phase === phase) this.#cannotReadOn(phase.reader, error);
      else if (isDamage(error) && !phase.reader.wasPassed) this.room.reportDamage();
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

  requestSnapshot(previousSeq: number): void {
    this.send(
      'snapshot-request',
      encodeRelayMessage({ event: 'snapshot-request', message: { previousSeq } }),
    );
  }

  snapshotCommitted(): void {
    this.snapshot.superseded();
  }

  /** Forgets uploads that are not complete. */
  discardUploads(): void {
    this.#uploads.discard();
  }

  setPresence({ counter, sealed }: Presence): void {
    this.room.presence.set(this.id, counter, sealed);
  }

  leave(): void {
    if (this.#phase.state === 'left') return;
    this.#uploads.discard();
    this.snapshot.leave();
    this.milestones.leave();
    if (this.#phase.state === 'live') this.#owner.link.leaveLive(this.room.id);
    else this.#phase.reader.close();
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
    this.#phase = this.#catchingUp(seq, undefined);
  }

  expel(): void {
    this.#owner.lostStream('store-failed', 'The history of this document changed on the relay.');
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

  /** Sends the stream until the member is live, over its budget, or gone. */
  async #readOn(phase: CatchingUp): Promise<void> {
    try {
      while (this.#phase === phase && this.#withinBudget()) {
        if (phase.reader.isAtEnd) {
          // Nothing may be awaited between this comparison and joining: a frame broadcast meanwhile would be missed.
          this.#enterLive();
          return;
        }
        const frame = await phase.reader.next();
        if (this.#phase !== phase) return;
        this.#sentBytes += frame.payloadBytes;
        this.#owner.link.sendPrepared(frame);
      }
    } finally {
      phase.reading = false;
    }
  }

  #cannotReadOn(reader: StreamReader, error: unknown): void {
    if (reader.wasPassed) {
      this.#owner.lostStream('rejoin-first', 'Newer snapshots have replaced what this member was reading.');
      return;
    }
    if (isDamage(error)) this.room.reportDamage();
    const damaged = reader.damagedSnapshot(error);
    if (damaged !== undefined) this.room.snapshotIsDamaged(damaged);
    this.#owner.lostStream('store-failed', error instanceof Error ? error.message : String(error));
  }

  #catchingUp(afterSeq: number, snapshot: SnapshotInfo | undefined): CatchingUp {
    const [room, store, frames] = [this.room, this.#store, this.#frames];
    const reader = new StreamReader({ room, store, frames, afterSeq, snapshot });
    return { state: 'catching-up', reader, reading: false };
  }

  #enterLive(): void {
    this.#phase = { state: 'live' };
    this.#owner.link.joinLive(this.room.id);
    this.room.enterLive(this);
    this.send('live', encodeRelayMessage({ event: 'live', message: this.room.published }));
    for (const payload of this.room.presence.allBut(this.id)) this.send('peers', payload);
  }

  #withinBudget(): boolean {
    return this.#sentBytes - this.#confirmedBytes < this.#budgetBytes;
  }
}
