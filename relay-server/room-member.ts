import type { RelayEvent } from '../protocol/events.ts';
import type { Role } from '../protocol/ids.ts';
import type { SnapshotEditor } from './compaction.ts';
import type { PreparedFrame } from './prepared-frame.ts';

/** A member as its room sees it. A live member gets what its audience is sent; the others read from the log. */
export interface RoomMember extends SnapshotEditor {
  readonly role: Role;
  /** Whether its network has taken what it was sent. */
  readonly takesMore: boolean;
  send(event: RelayEvent, payload: Uint8Array): void;
  /** Sends a frame that goes to many. */
  sendShared(frame: PreparedFrame): void;
  /** The same with a frame of the stream; gives false when that is over the member's budget. */
  deliver(frame: PreparedFrame): boolean;
  /** The member is live no longer: it has been sent everything up to `seq` and takes the rest from the log. */
  fellBehind(seq: number): void;
  /** The room has more for a member that reads from the log. */
  moreToRead(): void;
  /** There is a new newest snapshot. */
  snapshotCommitted(): void;
  /** The room's history is not what the member was sent: it has to join anew. */
  expel(): void;
}
