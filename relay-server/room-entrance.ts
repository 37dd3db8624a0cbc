import type { Join } from '../protocol/client-messages.ts';
import { roomIdFromBytes } from '../protocol/ids.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Membership } from './membership.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { Relay } from './relay.ts';
import { streamStart } from './stream-start.ts';

/** A connection whose join has been let in, on its way into the room. */
export interface Entrant {
  readonly owner: MembershipOwner;
  /** Whether it is still there and this is its last join. */
  isCurrent(): boolean;
  /** Whether it may make one more document. */
  takeDocument(): boolean;
  /** It is in the room; `joined` is sent next. */
  entered(membership: Membership): void;
  /** There is nothing to enter: it may join again. */
  stayedOutside(): void;
}

/** Opens or makes the room, finds where the stream starts, and begins it, or refuses (rules J4, J5 and S6). */
export async function enterRoom(relay: Relay, join: Join, entrant: Entrant): Promise<void> {
  const { owner } = entrant;
  const { role } = join.keys;
  let tooFast = false;
  const mayCreate = () => {
    if (!join.create || role !== 'edit') return false;
    tooFast = !entrant.takeDocument();
    return !tooFast;
  };
  await relay.withRoom(roomIdFromBytes(join.roomId), mayCreate, async (room) => {
    const start = room && (await streamStart(room, relay.store, join));
    if (!entrant.isCurrent()) return;
    if (tooFast) {
      owner.refuseAndClose('too-fast', 'more new documents than the relay takes from one address');
      return;
    }
    if (join.beforeSeq > 0) room?.compaction.distrust();
    if (room === undefined || start === undefined) {
      entrant.stayedOutside();
      if (room === undefined) owner.refuse('unknown-document', 'no such room');
      else owner.refuse('unreadable-snapshot', `nothing is left before the snapshot at ${join.beforeSeq}`);
      return;
    }
    const membership = relay.makeMembership({ room, role, owner, start });
    entrant.entered(membership);
    const { id: memberId, audience } = membership;
    const streamBytes = audience.published.logBytes - start.fromBytes + (start.snapshot?.bytes ?? 0);
    const message = {
      role,
      memberId,
      head: audience.published.cursor,
      start: start.start,
      from: start.from,
      streamBytes,
    };
    owner.link.send('joined', encodeRelayMessage({ event: 'joined', message }));
    membership.moreToRead();
  });
}
