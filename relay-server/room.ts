import type { RelayEvent } from '../protocol/events.ts';
import type { Cursor, RoomId } from '../protocol/ids.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Clock } from './clock.ts';
import type { CommitQueue } from './commit-queue.ts';
import { CompactedLog } from './compacted-log.ts';
import type { CompactionConfig } from './compaction.ts';
import { Compaction } from './compaction.ts';
import type { EntryFrame } from './entry-frames.ts';
import { entryFrames } from './entry-frames.ts';
import type { FanOut, Publisher } from './fan-out.ts';
import type { LogStore, RoomRecord } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { StoredEntry } from './pending-append.ts';
import { RoomLog } from './room-log.ts';
import type { RoomMember } from './room-member.ts';
import { RoomPresence } from './room-presence.ts';
import { RoomSnapshots } from './room-snapshots.ts';
import type { SnapshotPaces } from './snapshot-paces.ts';
import type { SnapshotInfo } from './snapshot-store.ts';
import { UnpublishedEntries } from './unpublished-entries.ts';

/** Sends one frame to every live member of a room; encoded once. */
export type Broadcast = (roomId: RoomId, event: RelayEvent, payload: Uint8Array) => void;

/** What a room needs of the relay that opened it. */
export interface RoomSurroundings {
  readonly store: LogStore;
  readonly commits: CommitQueue;
  readonly fanOut: FanOut;
  readonly snapshotPaces: SnapshotPaces;
  readonly clock: Clock;
  readonly broadcast: Broadcast;
  /** What the store holds of the room is damaged. */
  readonly onDamage: () => void;
  readonly config: {
    readonly compaction: CompactionConfig;
    /** Bytes after the newest snapshot past which nothing is appended (rule C6). */
    readonly logBytes: number;
    readonly milestoneBytes: number;
  };
  /** A write beside the log failed. */
  readonly onWriteFailed: (error: unknown) => void;
  /** The room has no members and writes nothing: it may be dropped. */
  readonly onUnused: () => void;
}

/** A room that someone is in: the writing side of its log, its members, and how far live members have been sent the log. */
export class Room implements Publisher {
  readonly id: RoomId;
  readonly log: RoomLog;
  readonly presence: RoomPresence;
  readonly snapshots: RoomSnapshots;
  readonly compaction: Compaction;
  readonly #compacted: CompactedLog;
  readonly #around: RoomSurroundings;
  readonly #members = new Set<RoomMember>();
  readonly #live = new Set<RoomMember>();
  #published: { readonly cursor: Cursor; readonly logBytes: number };
  readonly #unpublished = new UnpublishedEntries();
  /** Members who left and of whom the others have not been told. */
  #left: number[] = [];

  constructor(id: RoomId, record: RoomRecord, around: RoomSurroundings) {
    this.id = id;
    this.#around = around;
    this.#published = { cursor: record.head, logBytes: record.logBytes };
    this.log = new RoomLog({
      roomId: id,
      record,
      store: around.store,
      commits: around.commits,
      events: {
        stored: (entries, acknowledge) => this.#stored(entries, acknowledge),
        historyLost: () => this.#historyLost(),
        damaged: around.onDamage,
        idle: () => this.#checkUse(),
      },
    });
    this.snapshots = new RoomSnapshots(id, record, {
      store: around.store,
      clock: around.clock,
      milestoneBytes: around.config.milestoneBytes,
      onCommitted: () => this.#snapshotCommitted(),
      onWriteFailed: (error) => {
        if (isDamage(error)) around.onDamage();
        around.onWriteFailed(error);
      },
      onIdle: () => this.#checkUse(),
    });
    this.#compacted = new CompactedLog(this, this.#live, around.config.logBytes);
    const { config, clock, snapshotPaces } = around;
    this.compaction = new Compaction(this.#compacted, config.compaction, clock, snapshotPaces.of(id));
    this.presence = new RoomPresence(around.clock);
  }

  /** What live members have been sent: the head for everyone who joins now (rule J4). */
  get published(): Cursor {
    return this.#published.cursor;
  }

  /** Bytes of all entries up to `published`. */
  get publishedBytes(): number {
    return this.#published.logBytes;
  }

  /** Whether its log is over the hard cap (rule C6). */
  get full(): boolean {
    return this.#compacted.full;
  }

  /** Whether it has to stay open. */
  get inUse(): boolean {
    return this.#members.size > 0 || this.log.busy || !this.#unpublished.isEmpty || this.snapshots.busy;
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await Promise.all([this.log.idle(), this.snapshots.idle()]);
  }

  /** Someone met a damaged place of the log: it is repaired, and then everyone has to join again. */
  reportDamage(): void {
    this.#around.onDamage();
  }

  join(member: RoomMember): void {
    this.#members.add(member);
  }

  /** Takes the member out and tells the others: at once, or with all who leave in the same pause of fan-out (rule P3). */
  leave(member: RoomMember): void {
    if (!this.#members.delete(member)) return;
    this.#live.delete(member);
    this.presence.removeReceiver(member);
    this.presence.delete(member.id);
    this.#left.push(member.id);
    this.#around.fanOut.request(this);
    this.compaction.left(member.id);
    this.#checkUse();
  }

  /** The member has been sent everything that is published and gets broadcasts from now on. Gives what it is to be sent of others' presence. */
  enterLive(member: RoomMember): readonly Uint8Array[] {
    this.#live.add(member);
    this.compaction.look();
    return this.presence.addReceiver(member, member.id);
  }

  /** The file of a snapshot is not what was stored: streams do not start there, and another one is asked for. */
  snapshotIsDamaged(snapshot: SnapshotInfo): void {
    this.snapshots.foundDamaged(snapshot);
    this.compaction.distrust();
  }

  /** Sends durable entries to the live members, in one frame unless they are over its limit (rules A6 and S2). */
  publish(): void {
    this.#sendLeft();
    for (const frame of entryFrames(this.#unpublished.take())) this.#publishFrame(frame);
    for (const member of this.#members) if (!this.#live.has(member)) member.moreToRead();
    this.compaction.look();
    this.#checkUse();
  }

  #sendLeft(): void {
    if (this.#left.length === 0) return;
    const payload = encodeRelayMessage({ event: 'left', message: this.#left });
    this.#left = [];
    if (this.#live.size > 0) this.#around.broadcast(this.id, 'left', payload);
    for (const other of this.#members) if (!this.#live.has(other)) other.send('left', payload);
  }

  #publishFrame({ firstSeq, last, entries }: EntryFrame): void {
    const before = this.published.seq;
    this.#published = { cursor: { seq: last.seq, mark: last.mark }, logBytes: last.logBytes };
    if (entries === undefined) {
      for (const member of this.#live) this.#toLog(member, before);
      return;
    }
    if (this.#live.size === 0) return;
    const payload = encodeRelayMessage({ event: 'entries', message: { firstSeq, entries } });
    this.#around.broadcast(this.id, 'entries', payload);
    for (const member of this.#live) if (!member.streamed(payload.length)) this.#toLog(member, last.seq);
  }

  #toLog(member: RoomMember, seq: number): void {
    this.#live.delete(member);
    this.presence.removeReceiver(member);
    member.fellBehind(seq);
  }

  #stored(entries: readonly StoredEntry[], acknowledge: () => void): void {
    this.#unpublished.add(entries, acknowledge);
    this.#around.fanOut.request(this);
  }

  #historyLost(): void {
    this.#unpublished.drop();
    for (const member of this.#members) member.expel();
    this.#published = { cursor: this.log.head, logBytes: this.log.logBytes };
    this.snapshots.readAgain();
  }

  #snapshotCommitted(): void {
    this.compaction.committed();
    for (const member of this.#members) member.snapshotCommitted();
  }

  #checkUse(): void {
    if (this.inUse) return;
    this.compaction.stop();
    this.#around.onUnused();
  }
}
