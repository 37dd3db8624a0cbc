import type { RelayEvent } from '../protocol/events.ts';
import type { Role } from '../protocol/ids.ts';
import type { SnapshotEditor } from './compaction.ts';

/** A member as its room sees it. A live member gets what the room broadcasts; the others read from the log. */
export interface RoomMember extends SnapshotEditor {
  readonly role: Role;
  /** Whether its network has taken what it was sent. */
  readonly takesMore: boolean;
  send(event: RelayEvent, payload: Uint8Array): void;
  /** This many bytes of the stream were broadcast; gives false when that is over the member's budget. */
  streamed(bytes: number): boolean;
  /** The member is live no longer: it has been sent everything up to `seq` and takes the rest from the log. */
  fellBehind(seq: number): void;
  /** The room has more for a member that reads from the log. */
  moreToRead(): void;
  /** There is a new newest snapshot. */
  snapshotCommitted(): void;
  /** The room's history is not what the member was sent: it has to join anew. */
  expel(): void;
}
