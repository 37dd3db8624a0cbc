import { limits } from '../protocol/limits.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';

interface PresenceState {
  counter: number;
  sealed: Uint8Array;
  /** Which change of the table this was. */
  change: number;
}

/** Shortest time between two merged presence frames for a member. */
const shortestIntervalMs = 50;
/** Each member makes the interval this much longer: 1,000 members get a frame every 4 s, 10 one every 50 ms. */
const intervalMsPerMember = 4;

/** How long a member of a room of this size waits between merged presence frames (rule P2). */
export function presenceIntervalMs(members: number): number {
  return Math.max(shortestIntervalMs, intervalMsPerMember * members);
}

/** The last sealed presence of each member of a room, and since when it has been so (rules P1 and P2). */
export class PresenceTable {
  readonly #states = new Map<number, PresenceState>();
  #changes = 0;

  /** How many changes there have been: what `since` is told later. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Keeps a state unless the member has one with the same or a higher counter; says whether it did. The bytes are copied, into the
   * place of those before: a crowd that moves would else leave megabytes a second that only a whole collection finds.
   */
  set(memberId: number, counter: number, sealed: Uint8Array): boolean {
    const known = this.#states.get(memberId);
    if (known === undefined) {
      this.#changes += 1;
      this.#states.set(memberId, { counter, sealed: new Uint8Array(sealed), change: this.#changes });
      return true;
    }
    if (known.counter >= counter) return false;
    this.#changes += 1;
    known.counter = counter;
    known.change = this.#changes;
    if (known.sealed.length === sealed.length) known.sealed.set(sealed);
    else known.sealed = new Uint8Array(sealed);
    return true;
  }

  /** Forgets a member that left. */
  delete(memberId: number): void {
    this.#states.delete(memberId);
  }

  /** `peers` payloads with all members but one: what a newcomer is sent. Each is within the frame's limit. */
  allBut(memberId: number): Uint8Array[] {
    return this.#payloads([...this.#states.keys()].filter((other) => other !== memberId));
  }

  /** `peers` payloads with the members that changed after this many changes and have not left. */
  since(changes: number): Uint8Array[] {
    const later: number[] = [];
    for (const [memberId, { change }] of this.#states) if (change > changes) later.push(memberId);
    return this.#payloads(later);
  }

  #payloads(memberIds: readonly number[]): Uint8Array[] {
    const payloads: Uint8Array[] = [];
    let peers: { memberId: number; counter: number; sealed: Uint8Array }[] = [];
    let size = 0;
    const take = () => {
      if (peers.length > 0) payloads.push(encodeRelayMessage({ event: 'peers', message: { peers } }));
      peers = [];
      size = 0;
    };
    for (const memberId of memberIds) {
      const state = this.#states.get(memberId);
      if (state === undefined) continue;
      const peerBytes = state.sealed.length + peerOverheadBytes;
      if (size + peerBytes > limits.chunkBytes) take();
      peers.push({ memberId, counter: state.counter, sealed: state.sealed });
      size += peerBytes;
    }
    take();
    return payloads;
  }
}

/** Longest member id, counter and length in front of a sealed presence: 8 bytes a number hold 53 bits, a length 2. */
const peerOverheadBytes = 18;
