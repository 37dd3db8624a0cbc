import { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Presence as SealedPresence } from '../protocol/client-messages.ts';
import type { Peers } from '../protocol/relay-messages.ts';
import type { Clock } from './clock.ts';
import type { CopyCheck } from './divergence.ts';
import { encodePresence, parsePresence, type User } from './presence-state.ts';
import { open, type SealingKey, seal } from './sealing.ts';

/** Own presence is sent at most this often; 20 a second is as smooth as a caret needs. */
const sendEveryMs = 50;

/**
 * Who is here and where their cursors are. The `Awareness` is filled from the relay's members and nothing else: no
 * timers, no renewals, since the relay tells joins and leaves reliably (rules P1 to P4).
 */
export class Presence {
  readonly awareness: Awareness;
  #counter = 0;
  #joined = false;
  #lastSentMs = 0;
  #cancelSend: (() => void) | undefined;
  #check: CopyCheck | undefined;
  #members = new Map<number, { readonly clientId: number; readonly counter: number }>();

  constructor(
    doc: Y.Doc,
    private readonly key: SealingKey,
    private readonly clock: Clock,
    private readonly send: (presence: SealedPresence) => void,
    private readonly onCheck: (check: CopyCheck) => void,
  ) {
    this.awareness = new Awareness(doc);
    clearInterval(this.awareness._checkInterval);
    this.awareness.on('change', (_changes: unknown, origin: unknown) => {
      if (origin === 'local') this.#schedule();
    });
  }

  /** Name and colour shown to others; known at once to everyone here. */
  setUser(user: User): void {
    this.awareness.setLocalStateField('user', user);
  }

  /** What others compare their copies with; undefined while this copy is being edited. */
  setCheck(check: CopyCheck | undefined): void {
    if (check === undefined && this.#check === undefined) return;
    this.#check = check;
    if (check !== undefined) this.#schedule();
  }

  /** Joined: tell the room who this is. */
  join(): void {
    this.#joined = true;
    this.#counter = 0;
    this.#schedule();
  }

  /** Disconnected: nobody is known to be here. */
  leave(): void {
    this.#joined = false;
    this.#cancelSend?.();
    this.#cancelSend = undefined;
    this.left([...this.#members.keys()]);
  }

  /** News of members. Blobs that do not open or do not parse are ignored: they show nobody. */
  peers(message: Peers): void {
    for (const { memberId, counter, sealed } of message.peers) {
      const known = this.#members.get(memberId);
      if (known !== undefined && known.counter >= counter) continue;
      const body = open(this.key, 'presence', sealed);
      const state = body === undefined ? undefined : parsePresence(body);
      if (state === undefined || state.clientId === this.awareness.clientID) continue;
      if (known !== undefined && known.clientId !== state.clientId) this.left([memberId]);
      this.#members.set(memberId, { clientId: state.clientId, counter });
      this.#show(state.clientId, { user: state.user, cursor: state.cursor });
      if (state.check !== undefined) this.onCheck(state.check);
    }
  }

  /** Members that are gone. */
  left(memberIds: readonly number[]): void {
    const gone: number[] = [];
    for (const memberId of memberIds) {
      const member = this.#members.get(memberId);
      this.#members.delete(memberId);
      if (
        member === undefined ||
        [...this.#members.values()].some((other) => other.clientId === member.clientId)
      )
        continue;
      this.awareness.states.delete(member.clientId);
      this.awareness.meta.delete(member.clientId);
      gone.push(member.clientId);
    }
    if (gone.length > 0) this.awareness.emit('change', [{ added: [], updated: [], removed: gone }, 'relay']);
  }

  /** Ends it; the awareness stays readable. */
  close(): void {
    this.leave();
    this.awareness.destroy();
  }

  #show(clientId: number, state: Record<string, unknown>): void {
    const isNew = !this.awareness.states.has(clientId);
    this.awareness.states.set(clientId, state);
    const changes = { added: isNew ? [clientId] : [], updated: isNew ? [] : [clientId], removed: [] };
    this.awareness.emit('change', [changes, 'relay']);
  }

  #schedule(): void {
    if (!this.#joined || this.#cancelSend !== undefined) return;
    const sinceMs = this.clock.now() - this.#lastSentMs;
    // A clock that was set back says that less than nothing has passed.
    const waitMs = sinceMs < 0 ? 0 : Math.max(0, sendEveryMs - sinceMs);
    this.#cancelSend = this.clock.after(waitMs, () => {
      this.#cancelSend = undefined;
      this.#sendNow();
    });
  }

  #sendNow(): void {
    this.#lastSentMs = this.clock.now();
    this.#counter += 1;
    const body = encodePresence(this.awareness.clientID, this.awareness.getLocalState(), this.#check);
    this.send({ counter: this.#counter, sealed: seal(this.key, 'presence', body) });
  }
}
