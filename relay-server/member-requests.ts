import type { Append, ClientMessage } from '../protocol/client-messages.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import type { HeldAppends } from './held-appends.ts';
import type { Membership } from './membership.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { Relay } from './relay.ts';

/** A message about the room its sender is in. */
export type RoomRequest = Exclude<ClientMessage, { readonly event: 'join' | 'leave' }>;

/** What one connection asks of its rooms, one after another: handed to its membership, or refused (rules A, C, P and U). */
export class MemberRequests {
  readonly #owner: MembershipOwner;
  readonly #relay: Pick<Relay, 'closing'>;
  /** Appends of an earlier membership count too, for as long as they wait. */
  readonly #held: HeldAppends;
  #appendsRefused = false;

  constructor(owner: MembershipOwner, relay: Pick<Relay, 'closing'>, held: HeldAppends) {
    this.#owner = owner;
    this.#relay = relay;
    this.#held = held;
  }

  /** Takes one message; `membership` is undefined where the connection is in no room. */
  take(sent: RoomRequest, membership: Membership | undefined): void {
    switch (sent.event) {
      case 'append':
        this.#append(sent.message, membership);
        return;
      case 'upload':
        if (sent.message.kind === 'entry')
          this.#appending(sent.message.ref, membership)?.upload(sent.message);
        else this.#editing(sent.message.ref, membership)?.snapshot.take(sent.message);
        return;
      case 'presence':
        if (membership === undefined) this.#owner.refuse('wrong-state', 'presence before joined');
        else membership.setPresence(sent.message);
        return;
      case 'confirm':
        membership?.confirm(sent.message.bytes);
        return;
      case 'snapshot':
        this.#editing(sent.message.ref, membership)?.snapshot.announce(sent.message);
        return;
      case 'milestones':
        this.#editing(sent.message.ref, membership)?.milestones.list(sent.message);
        return;
      case 'milestone':
        this.#editing(sent.message.ref, membership)?.milestones.part(sent.message);
        return;
      default:
        sent satisfies never;
    }
  }

  /** The connection joins anew: what it appends from now on is not refused for what went before. */
  joins(): void {
    this.#appendsRefused = false;
  }

  /** Refuses an append or upload; later ones are refused until the next join (rule A4). */
  refuseAppend(code: RefusalCode, ref: number, detail: string, membership: Membership | undefined): void {
    this.#owner.refuse(this.#appendsRefused ? 'rejoin-first' : code, detail, ref);
    this.#appendsRefused = true;
    membership?.discardUploads();
  }

  #append(append: Append, membership: Membership | undefined): void {
    const appending = this.#appending(append.ref, membership);
    if (appending === undefined) return;
    if (this.#held.hasRoomFor(1, append.entry.length)) appending.append(append);
    else this.#owner.refuseAndClose('too-fast', 'too many appends without an acknowledgement');
  }

  /** The membership if it may append now; otherwise the append `ref` is refused (rules J7, A4 and A5). */
  #appending(ref: number, membership: Membership | undefined): Membership | undefined {
    if (membership === undefined)
      this.refuseAppend('wrong-state', ref, 'an append before joined', membership);
    else if (this.#appendsRefused)
      this.refuseAppend('rejoin-first', ref, 'an earlier append was refused', membership);
    else if (this.#relay.closing) this.refuseAppend('closing', ref, '', membership);
    else if (membership.role === 'view')
      this.refuseAppend('view-only', ref, 'viewers do not append', membership);
    else if (membership.room.full)
      this.refuseAppend('needs-snapshot', ref, 'the log of this room is full', membership);
    else return membership;
    return undefined;
  }

  /** The membership if it is an editor's, for a request beside the log; otherwise the request `ref` is refused (rules C4, C7 and J7). */
  #editing(ref: number, membership: Membership | undefined): Membership | undefined {
    if (membership === undefined) this.#owner.refuse('wrong-state', 'not joined', ref);
    else if (this.#relay.closing) this.#owner.refuse('closing', '', ref);
    else if (membership.role === 'view') this.#owner.refuse('view-only', 'for editors only', ref);
    else return membership;
    return undefined;
  }
}
