import type { RoomId } from '../protocol/ids.ts';
import type { Published } from './audience.ts';
import { Audience, mostAudienceMembers } from './audience.ts';
import type { Clock } from './clock.ts';
import type { CommitQueue } from './commit-queue.ts';
import { CompactedLog } from './compacted-log.ts';
import type { CompactionConfig } from './compaction.ts';
import { Compaction } from './compaction.ts';
import type { FanOut } from './fan-out.ts';
import type { LogStore, RoomRecord } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { Acknowledgements, StoredEntry } from './pending-append.ts';
import { RoomLog } from './room-log.ts';
import type { RoomMember } from './room-member.ts';
import { RoomPresence } from './room-presence.ts';
import { RoomSnapshots } from './room-snapshots.ts';
import type { SnapshotPaces } from './snapshot-paces.ts';
import type { SnapshotInfo } from './snapshot-store.ts';

/** What a room needs of the relay that opened it. */
export interface RoomSurroundings {
  readonly store: LogStore;
  readonly commits: CommitQueue;
  readonly fanOut: FanOut;
  readonly snapshotPaces: SnapshotPaces;
  readonly clock: Clock;
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

/** A room that someone is in: the writing side of its log, and its members in their audiences. */
export class Room {
  readonly id: RoomId;
  readonly log: RoomLog;
  readonly presence: RoomPresence;
  readonly snapshots: RoomSnapshots;
  readonly compaction: Compaction;
  readonly #compacted: CompactedLog;
  readonly #around: RoomSurroundings;
  readonly #audiences = new Set<Audience>();
  readonly #audienceOf = new Map<object, Audience>();

  constructor(id: RoomId, record: RoomRecord, around: RoomSurroundings) {
    this.id = id;
    this.#around = around;
    this.log = new RoomLog({
      roomId: id,
      record,
      store: around.store,
      commits: around.commits,
      events: {
        stored: (entries, acknowledgements) => this.#stored(entries, acknowledgements),
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
    this.#compacted = new CompactedLog(this, () => this.#live(), around.config.logBytes);
    const { config, clock, snapshotPaces } = around;
    this.compaction = new Compaction(this.#compacted, config.compaction, clock, snapshotPaces.of(id));
    this.presence = new RoomPresence(around.clock);
  }

  /** Whether its log is over the hard cap (rule C6). */
  get full(): boolean {
    return this.#compacted.full;
  }

  /** Whether it has to stay open. */
  get inUse(): boolean {
    return this.#audienceOf.size > 0 || this.log.busy || this.snapshots.busy;
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await Promise.all([this.log.idle(), this.snapshots.idle()]);
  }

  /** Someone met a damaged place of the log: it is repaired, and then everyone has to join again. */
  reportDamage(): void {
    this.#around.onDamage();
  }

  /** Takes in a member who has the log up to `seq`. Gives its audience, which has been sent as much as it and as any other. */
  join(member: RoomMember, seq: number): Audience {
    const audience = this.#audienceWithPlace();
    const published = [...this.#audiences].map((each) => each.published.cursor.seq);
    audience.join(member, Math.max(seq, ...published));
    // Its last member may have been cut off just now, and it with that one.
    this.#audiences.add(audience);
    this.#audienceOf.set(member, audience);
    return audience;
  }

  /** Takes the member out and tells the others: at once, or with all who leave in the same pause of fan-out (rule P3). */
  leave(member: RoomMember): void {
    const audience = this.#audienceOf.get(member);
    if (audience === undefined) return;
    this.#audienceOf.delete(member);
    audience.leave(member);
    if (audience.size === 0) this.#audiences.delete(audience);
    this.presence.removeReceiver(member);
    this.presence.delete(member.id);
    for (const each of this.#audiences) each.addLeft(member.id);
    this.#around.fanOut.request(this.#audiences);
    this.compaction.left(member.id);
    this.#checkUse();
  }

  /**
   * The member has been sent everything that is published to its audience and gets what follows as it is published. Gives what it is to be
   * sent of others' presence.
   */
  enterLive(member: RoomMember, audience: Audience): readonly Uint8Array[] {
    audience.enterLive(member);
    this.compaction.look();
    return this.presence.addReceiver(member, member.id);
  }

  /** The file of a snapshot is not what was stored: streams do not start there, and another one is asked for. */
  snapshotIsDamaged(snapshot: SnapshotInfo): void {
    this.snapshots.foundDamaged(snapshot);
    this.compaction.distrust();
  }

  *#live(): Iterable<RoomMember> {
    for (const { live } of this.#audiences) yield* live;
  }

  /** The first audience that is not full. */
  #audienceWithPlace(): Audience {
    for (const audience of this.#audiences) if (audience.size < mostAudienceMembers) return audience;
    const audience = new Audience({
      published: this.#head,
      onPublished: () => this.compaction.look(),
      onFellBehind: (member) => this.presence.removeReceiver(member),
    });
    this.#audiences.add(audience);
    return audience;
  }

  get #head(): Published {
    return { cursor: this.log.head, logBytes: this.log.logBytes };
  }

  #stored(entries: readonly StoredEntry[], acknowledgements: Acknowledgements): void {
    for (const audience of this.#audiences) audience.add(entries);
    for (const [from, acks] of acknowledgements)
      this.#audienceOf.get(from)?.addAcknowledgement(() => from.acknowledge(acks));
    this.#around.fanOut.request(this.#audiences);
  }

  #historyLost(): void {
    // Whoever leaves may set off fan-out: by then no audience may have anything of it.
    for (const audience of this.#audiences) audience.forget(this.#head);
    for (const audience of [...this.#audiences]) audience.expelAll();
    this.snapshots.readAgain();
  }

  #snapshotCommitted(): void {
    this.compaction.committed();
    for (const audience of this.#audiences) audience.snapshotCommitted();
  }

  #checkUse(): void {
    if (this.inUse) return;
    this.compaction.stop();
    this.#around.onUnused();
  }
}
