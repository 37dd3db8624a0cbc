import type { Clock } from './clock.ts';
import { PresenceTable, presenceIntervalMs } from './presence.ts';

/** A live member as its room's presence sees it. */
export interface PresenceReceiver {
  send(event: 'peers', payload: Uint8Array): void;
}

/** So many members are sent presence at once: 16 frames of 64 KiB are a millisecond, and no entry waits longer for them. */
const receiversPerTurn = 16;
/** A turn that takes longer than it should is followed by a pause this many times as long: presence gives way to entries. */
const pausePerTurn = 3;

/**
 * The presence of a room's members, sent merged, as often as the room's size allows (rule P2). Members get it in turns, spread
 * over the interval: all at once, a crowd that moves would stop its entries for a tenth of a second.
 */
export class RoomPresence {
  readonly #clock: Clock;
  readonly #table = new PresenceTable();
  /** Changes of the table that each live member has been sent, in the order of their turns: whoever has been sent least is first. */
  readonly #sent = new Map<PresenceReceiver, number>();
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

  /** From now on the member is sent what changes. */
  addReceiver(receiver: PresenceReceiver): void {
    this.#sent.set(receiver, this.#table.changes);
  }

  removeReceiver(receiver: PresenceReceiver): void {
    this.#sent.delete(receiver);
  }

  /** `peers` payloads with all members but one: what a newcomer is sent. */
  allBut(memberId: number): Uint8Array[] {
    return this.#table.allBut(memberId);
  }

  /** Has a turn now or when it is time, for as long as there is something to send. */
  #takeTurns(): void {
    if (this.#timerRuns) return;
    const waitMs = this.#nextTurnMs - this.#clock.now();
    if (waitMs <= 0) this.#turn();
    const [least = this.#table.changes] = this.#sent.values();
    if (least === this.#table.changes) return;
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
    for (const [receiver, sent] of [...this.#sent].slice(0, receiversPerTurn)) {
      if (sent === changes) break;
      const frames = payloads.get(sent) ?? this.#table.since(sent);
      payloads.set(sent, frames);
      this.#sent.delete(receiver);
      this.#sent.set(receiver, changes);
      for (const payload of frames) receiver.send('peers', payload);
    }
    const { size } = this.#sent;
    const endMs = this.#clock.now();
    this.#nextTurnMs = Math.max(
      startMs + presenceIntervalMs(size) * Math.min(1, receiversPerTurn / size),
      endMs + pausePerTurn * (endMs - startMs),
    );
  }
}
