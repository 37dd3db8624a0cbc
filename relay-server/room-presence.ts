import type { Clock } from './clock.ts';
import { PresenceTable, presenceIntervalMs } from './presence.ts';
import { pausesUnderStrain } from './strain.ts';

/** A live member as its room's presence sees it. */
export interface PresenceReceiver {
  /** Whether its network has taken what it was sent: what changes meanwhile is merged (rule P2). */
  readonly takesMore: boolean;
  send(event: 'peers', payload: Uint8Array): void;
}

/** So many members are sent presence at once: 16 frames of 64 KiB are a millisecond, and no entry waits longer for them. */
const receiversPerTurn = 16;
/** A turn that takes longer than it should is followed by a pause this many times as long: presence gives way to entries. */
const pausePerTurn = 3;

/**
 * The presence of a room's members, sent merged, as often as the room's size allows (rule P2). Members get it in turns, spread
 * over the interval: all at once, a crowd that moves would stop its entries for a tenth of a second. A relay that is full sends it
 * less often.
 */
export class RoomPresence {
  readonly #clock: Clock;
  readonly #table = new PresenceTable();
  /** Changes of the table that each live member has been sent, in the order of their turns. */
  readonly #sent = new Map<PresenceReceiver, number>();
  /** The same of members that read from the log for now. */
  readonly #sentBefore = new WeakMap<PresenceReceiver, number>();
  #nextTurnMs = Number.NEGATIVE_INFINITY;
  #timerRuns = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A member's new presence. */
  set(memberId: number, counter: number, sealed: Uint8Array): void {
    if (this.#table.set(memberId, counter, sealed)) this.#takeTurns();
  }

  /** Forgets a member that left. */
  delete(memberId: number): void {
    this.#table.delete(memberId);
  }

  /**
   * From now on the member is sent what changes. Gives the `peers` payloads that a newcomer is sent: all members but itself;
   * for one who was a receiver before, what changed meanwhile comes in its turn.
   */
  addReceiver(receiver: PresenceReceiver, memberId: number): readonly Uint8Array[] {
    const sent = this.#sentBefore.get(receiver);
    this.#sent.set(receiver, sent ?? this.#table.changes);
    if (sent === undefined) return this.#table.allBut(memberId);
    this.#waitForTurn();
    return [];
  }

  removeReceiver(receiver: PresenceReceiver): void {
    const sent = this.#sent.get(receiver);
    if (sent !== undefined) this.#sentBefore.set(receiver, sent);
    this.#sent.delete(receiver);
  }

  /** Has a turn now or when it is time, for as long as there is something to send. */
  #takeTurns(): void {
    if (this.#timerRuns) return;
    if (this.#nextTurnMs <= this.#clock.now()) this.#turn();
    this.#waitForTurn();
  }

  #waitForTurn(): void {
    const { changes } = this.#table;
    if (this.#timerRuns || ![...this.#sent.values()].some((sent) => sent < changes)) return;
    this.#timerRuns = true;
    this.#clock.setTimer(
      () => {
        this.#timerRuns = false;
        this.#takeTurns();
      },
      Math.max(0, this.#nextTurnMs - this.#clock.now()),
    );
  }

  #turn(): void {
    const startMs = this.#clock.now();
    const { changes } = this.#table;
    const payloads = new Map<number, Uint8Array[]>();
    const behind = [...this.#sent].filter(([receiver, sent]) => sent < changes && receiver.takesMore);
    for (const [receiver, sent] of behind.slice(0, receiversPerTurn)) {
      const frames = payloads.get(sent) ?? this.#table.since(sent);
      payloads.set(sent, frames);
      this.#sent.delete(receiver);
      this.#sent.set(receiver, changes);
      for (const payload of frames) receiver.send('peers', payload);
    }
    const { size } = this.#sent;
    const endMs = this.#clock.now();
    const times = pausesUnderStrain(this.#clock);
    this.#nextTurnMs = Math.max(
      startMs + times * presenceIntervalMs(size) * Math.min(1, receiversPerTurn / size),
      endMs + times * pausePerTurn * (endMs - startMs),
    );
  }
}
