import type { Peers } from '../protocol/relay-messages.ts';
import { type PresenceState, parsePresence } from './presence-state.ts';
import { open, type SealingKey } from './sealing.ts';

/** What is told of a room's members. A person may be there as two members while their connection is being replaced. */
export interface PresentMembersEvents {
  shown(state: PresenceState, memberId: number): void;
  /** None of these is here any more. */
  gone(clientIds: readonly number[]): void;
}

/** Keeps which members of a room are which people (rules P1 to P4). Blobs that do not open or do not parse show nobody. */
export class PresentMembers {
  readonly #members = new Map<number, { readonly clientId: number; readonly counter: number }>();

  constructor(
    private readonly key: SealingKey,
    private readonly events: PresentMembersEvents,
  ) {}

  get memberIds(): readonly number[] {
    return [...this.#members.keys()];
  }

  /** News of members. `selfId` is one's own, which another connection of this copy may still show. */
  peers(message: Peers, selfId: number | undefined): void {
    for (const { memberId, counter, sealed } of message.peers) {
      const known = this.#members.get(memberId);
      if (known !== undefined && known.counter >= counter) continue;
      const body = open(this.key, 'presence', sealed);
      const state = body === undefined ? undefined : parsePresence(body);
      if (state === undefined || state.clientId === selfId) continue;
      if (known !== undefined && known.clientId !== state.clientId) this.left([memberId]);
      this.#members.set(memberId, { clientId: state.clientId, counter });
      this.events.shown(state, memberId);
    }
  }

  /** Members that are gone. */
  left(memberIds: readonly number[]): void {
    const gone: number[] = [];
    for (const memberId of memberIds) {
      const member = this.#members.get(memberId);
      this.#members.delete(memberId);
      const remains = [...this.#members.values()].some((other) => other.clientId === member?.clientId);
      if (member !== undefined && !remains) gone.push(member.clientId);
    }
    if (gone.length > 0) this.events.gone(gone);
  }

  /** Not joined any more: nobody is known to be here. */
  allLeft(): void {
    this.left(this.memberIds);
  }
}
