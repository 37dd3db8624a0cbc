import { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { limits } from '../protocol/limits.ts';
import type { Peers } from '../protocol/relay-messages.ts';
import type { SignedCheck } from './check-proof.ts';
import type { Clock } from './clock.ts';
import type { CopyEvents } from './copy-options.ts';
import { chooseLook, type HeldLook } from './presence-look.ts';
import {
  encodePresence,
  maxNameChars,
  type PresenceState,
  paletteSize,
  type ShownUser,
  type User,
} from './presence-state.ts';
import { PresentMembers } from './present-members.ts';
import { type SealingKey, seal } from './sealing.ts';

/** Own presence is sent at most this often; 20 a second is as smooth as a caret needs. */
const sendEveryMs = 50;
/** What a seal adds is 42 bytes; a body of this length fits into a sealed presence however it is deflated. */
const maxBodyBytes = limits.presenceBytes - 64;

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
  #check: SignedCheck | undefined;
  #user: ShownUser | undefined;
  #wantedColor = 0;
  readonly #members: PresentMembers;

  constructor(
    doc: Y.Doc,
    private readonly key: SealingKey,
    private readonly clock: Clock,
    private readonly events: Pick<CopyEvents, 'sendPresence' | 'checkReceived' | 'membersLeft'>,
  ) {
    this.awareness = new Awareness(doc);
    clearInterval(this.awareness._checkInterval);
    this.#members = new PresentMembers(key, {
      shown: (state, memberId) => this.#show(state, memberId),
      gone: (clientIds) => this.#gone(clientIds),
    });
    this.awareness.on('change', (_changes: unknown, origin: unknown) => {
      if (origin === 'local') this.#schedule();
    });
  }

  /** Name and colour shown to others; known at once to everyone here. A colour that is taken gets another line, see `chooseLook`. */
  setUser({ name, color: wanted }: User): void {
    const color = wanted % paletteSize;
    const known = this.#wantedColor === color ? this.#user : undefined;
    this.#wantedColor = color;
    this.#user = {
      name: name.slice(0, maxNameChars),
      color: known?.color ?? color,
      line: known?.line ?? 0,
      sinceMs: known?.sinceMs ?? this.clock.now(),
    };
    this.awareness.setLocalStateField('user', this.#user);
    this.#giveWay();
  }

  /** What others compare their copies with; undefined while this copy is being edited. */
  setCheck(check: SignedCheck | undefined): void {
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
    this.left(this.#members.memberIds);
  }

  /** News of members. */
  peers(message: Peers): void {
    this.#members.peers(message, this.awareness.clientID);
    this.#giveWay();
  }

  /** Members that are gone. */
  left(memberIds: readonly number[]): void {
    this.#members.left(memberIds);
    this.events.membersLeft(memberIds);
  }

  /** Ends it; the awareness stays readable. */
  close(): void {
    this.leave();
    this.awareness.destroy();
  }

  #show({ clientId, check, ...state }: PresenceState, memberId: number): void {
    const isNew = !this.awareness.states.has(clientId);
    this.awareness.states.set(clientId, state);
    const changes = { added: isNew ? [clientId] : [], updated: isNew ? [] : [clientId], removed: [] };
    this.awareness.emit('change', [changes, 'relay']);
    if (check !== undefined) this.events.checkReceived(check, memberId);
  }

  #gone(clientIds: readonly number[]): void {
    for (const clientId of clientIds) {
      this.awareness.states.delete(clientId);
      this.awareness.meta.delete(clientId);
    }
    this.awareness.emit('change', [{ added: [], updated: [], removed: clientIds }, 'relay']);
  }

  /** Takes another look where someone has had this one for longer. */
  #giveWay(): void {
    const user = this.#user;
    if (user === undefined) return;
    const others: HeldLook[] = [];
    for (const [clientId, state] of this.awareness.states) {
      // Only what `parsePresence` gave is in the states of others.
      if (clientId !== this.awareness.clientID) others.push(heldLook(clientId, state.user));
    }
    const look = chooseLook(this.#wantedColor, heldLook(this.awareness.clientID, user), others);
    if (look.color === user.color && look.line === user.line) return;
    this.#user = { ...user, ...look };
    this.awareness.setLocalStateField('user', this.#user);
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
    const body = encodePresence(
      this.awareness.clientID,
      this.awareness.getLocalState(),
      this.#check,
      maxBodyBytes,
    );
    this.events.sendPresence({ counter: this.#counter, sealed: seal(this.key, 'presence', body) });
  }
}

function heldLook(clientId: number, { color, line, sinceMs }: ShownUser): HeldLook {
  return { clientId, color, line, sinceMs };
}
