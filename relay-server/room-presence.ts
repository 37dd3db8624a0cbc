import type { Clock } from './clock.ts';
import { PresenceTable, presenceIntervalMs } from './presence.ts';

/** What the presence of a room needs of it. */
export interface PresenceSurroundings {
  readonly clock: Clock;
  memberCount(): number;
  /** Sends a payload of `peers` to the live members. */
  send(payload: Uint8Array): void;
}

/** The presence of a room's members, sent merged, as often as the room's size allows (rule P2). */
export class RoomPresence {
  readonly #around: PresenceSurroundings;
  readonly #table = new PresenceTable();
  #sentMs = Number.NEGATIVE_INFINITY;
  #timerRuns = false;

  constructor(around: PresenceSurroundings) {
    this.#around = around;
  }

  /** A member's new presence. */
  set(memberId: number, counter: number, sealed: Uint8Array): void {
    if (!this.#table.set(memberId, counter, sealed) || this.#timerRuns) return;
    const { clock, memberCount } = this.#around;
    const waitMs = this.#sentMs + presenceIntervalMs(memberCount()) - clock.now();
    if (waitMs <= 0) {
      this.#send();
      return;
    }
    this.#timerRuns = true;
    clock.setTimer(() => {
      this.#timerRuns = false;
      this.#send();
    }, waitMs);
  }

  /** Forgets a member that left. */
  delete(memberId: number): void {
    this.#table.delete(memberId);
  }

  /** `peers` payloads with all members but one: what a newcomer is sent. */
  allBut(memberId: number): Uint8Array[] {
    return this.#table.allBut(memberId);
  }

  #send(): void {
    this.#sentMs = this.#around.clock.now();
    for (const payload of this.#table.takeChanged()) this.#around.send(payload);
  }
}
