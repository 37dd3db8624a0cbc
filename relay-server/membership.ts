import type { Append, Presence, Upload as UploadChunk } from '../protocol/client-messages.ts';
import type { RelayEvent } from '../protocol/events.ts';
import type { Role } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Audience } from './audience.ts';
import type { Clock } from './clock.ts';
import { sha256 } from './entry-hash.ts';
import type { LogStore, StoreError } from './log-store.ts';
import { MemberMilestones } from './member-milestones.ts';
import { MemberSnapshot } from './member-snapshot.ts';
import { MemberStream } from './member-stream.ts';
import { MemberUploads, refusalOfStore } from './member-uploads.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { Acknowledgement, Appender } from './pending-append.ts';
import type { PreparedFrame } from './prepared-frame.ts';
import type { ReadTurns } from './read-turns.ts';
import type { Room } from './room.ts';
import type { RoomMember } from './room-member.ts';
import type { SharedFrames } from './shared-frames.ts';
import type { StreamStart } from './stream-start.ts';
import type { UploadSlots } from './upload-slots.ts';

/** One join of one connection: its stream, and where answers to its appends go. Nothing of it outlives the join. */
export class Membership implements RoomMember, Appender {
  readonly id: number;
  readonly role: Role;
  readonly room: Room;
  /** With whom it is sent the log. */
  readonly audience: Audience;
  readonly #owner: MembershipOwner;
  readonly #stream: MemberStream;
  readonly #uploads: MemberUploads;
  /** The snapshot it offers. */
  readonly snapshot: MemberSnapshot;
  readonly milestones: MemberMilestones;

  constructor(options: {
    id: number;
    role: Role;
    room: Room;
    start: StreamStart;
    owner: MembershipOwner;
    store: LogStore;
    frames: SharedFrames;
    readTurns: ReadTurns;
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
    const { room, owner, store, clock, uploadSlots: slots, snapshotBytes } = options;
    this.audience = room.join(this, options.start.from.seq);
    this.#stream = new MemberStream(this, options.start, { ...options, audience: this.audience });
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
  }

  get takesMore(): boolean {
    return this.#owner.link.takesMore;
  }

  /** Starts or resumes the stream; the room calls it when there is more to read. */
  moreToRead(): void {
    this.#stream.readOn();
  }

  /** The client has processed this many bytes since the join (rule S4). */
  confirm(bytes: number): void {
    this.#stream.confirm(bytes);
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
    if (this.#stream.isOver) return;
    this.#uploads.discard();
    this.snapshot.leave();
    this.milestones.leave();
    this.#stream.end();
    this.room.leave(this);
  }

  send(event: RelayEvent, payload: Uint8Array): void {
    this.#owner.link.send(event, payload);
  }

  sendShared(frame: PreparedFrame): void {
    this.#owner.link.sendShared(frame);
  }

  deliver(frame: PreparedFrame): boolean {
    return this.#stream.deliver(frame);
  }

  fellBehind(seq: number): void {
    this.#stream.fellBehind(seq);
  }

  expel(): void {
    this.#owner.lostStream('store-failed', 'The history of this document changed on the relay.');
  }

  acknowledge(acks: readonly Acknowledgement[]): void {
    if (this.#stream.isOver) return;
    this.send('ack', encodeRelayMessage({ event: 'ack', message: { acks } }));
  }

  appendFailed(ref: number, error: StoreError): void {
    if (this.#stream.isOver) return;
    this.#owner.refuseAppend(refusalOfStore(error), ref, error.message);
  }

  released(bytes: number): void {
    this.#owner.appendReleased(bytes);
  }
}
