import type { CompactedRoom, SnapshotEditor } from './compaction.ts';
import type { Room } from './room.ts';
import type { RoomMember } from './room-member.ts';
import type { SnapshotInfo } from './snapshot-store.ts';

/** What follows a room's newest snapshot, and who could make another one. */
export class CompactedLog implements CompactedRoom {
  readonly #room: Pick<Room, 'snapshots' | 'log'>;
  readonly #live: () => Iterable<RoomMember>;
  readonly #capBytes: number;

  /** `live` gives the room's live members; `capBytes` is the hard cap (rule C6). */
  constructor(room: Pick<Room, 'snapshots' | 'log'>, live: () => Iterable<RoomMember>, capBytes: number) {
    this.#room = room;
    this.#live = live;
    this.#capBytes = capBytes;
  }

  get newestSnapshot(): SnapshotInfo | undefined {
    return this.#room.snapshots.newest;
  }

  get entriesAfter(): number {
    return this.#room.log.head.seq - (this.newestSnapshot?.cursor.seq ?? 0);
  }

  get bytesAfter(): number {
    return this.#room.log.logBytes - (this.newestSnapshot?.logBytes ?? 0);
  }

  get full(): boolean {
    return this.bytesAfter >= this.#capBytes;
  }

  *liveEditors(): Iterable<SnapshotEditor> {
    for (const member of this.#live()) if (member.role === 'edit') yield member;
  }
}
