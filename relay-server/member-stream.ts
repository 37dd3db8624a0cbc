import { limits } from '../protocol/limits.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Audience } from './audience.ts';
import type { LogStore } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { PreparedFrame } from './prepared-frame.ts';
import type { ReadTurns } from './read-turns.ts';
import type { Room } from './room.ts';
import type { RoomMember } from './room-member.ts';
import type { SharedFrames } from './shared-frames.ts';
import type { SnapshotInfo } from './snapshot-store.ts';
import { StreamReader } from './stream-reader.ts';
import type { StreamStart } from './stream-start.ts';

/** How a member gets the stream: from the log at its own pace, or as it is published (rules S4 and S5). */
type Phase =
  | { readonly state: 'catching-up'; readonly reader: StreamReader; reading: boolean }
  | { readonly state: 'live' }
  | { readonly state: 'over' };

type CatchingUp = Phase & { readonly state: 'catching-up' };

/** What is sent to one member before others have their turn. */
const turnBytes = limits.confirmBytes;

/** What the stream of one membership needs. */
export interface StreamSurroundings {
  readonly room: Room;
  readonly audience: Audience;
  readonly owner: MembershipOwner;
  readonly store: LogStore;
  readonly frames: SharedFrames;
  readonly readTurns: ReadTurns;
  /** Bytes the member may have been sent and not confirmed (rule S4). */
  readonly budgetBytes: number;
}

/** The stream of one membership: read from the log until its end, then as it is published, within what the member confirms. */
export class MemberStream {
  readonly #member: RoomMember;
  readonly #around: StreamSurroundings;
  readonly #budgetBytes: number;
  #phase: Phase;
  #sentBytes = 0;
  #confirmedBytes = 0;

  constructor(member: RoomMember, start: StreamStart, around: StreamSurroundings) {
    this.#member = member;
    this.#around = around;
    this.#budgetBytes = around.budgetBytes;
    this.#phase = this.#catchingUp(start.from.seq, start.snapshot);
  }

  get isOver(): boolean {
    return this.#phase.state === 'over';
  }

  /** Starts or resumes reading, unless the member is live. */
  readOn(): void {
    const phase = this.#phase;
    if (phase.state !== 'catching-up' || phase.reading) return;
    phase.reading = true;
    this.#readOn(phase).catch((error: unknown) => {
      if (this.#phase === phase) this.#cannotReadOn(phase.reader, error);
      else if (isDamage(error) && !phase.reader.wasPassed) this.#around.room.reportDamage();
    });
  }

  /** The client has processed this many bytes since the join (rule S4). */
  confirm(bytes: number): void {
    this.#confirmedBytes = Math.max(this.#confirmedBytes, Math.min(bytes, this.#sentBytes));
    this.readOn();
  }

  /** Sends a frame that all who are live get; gives false when that is over the budget. */
  deliver(frame: PreparedFrame): boolean {
    this.#around.owner.link.sendShared(frame);
    this.#sentBytes += frame.payloadBytes;
    return this.#withinBudget();
  }

  /** The member is live no longer: what follows `seq` is read from the log. */
  fellBehind(seq: number): void {
    this.#phase = this.#catchingUp(seq, undefined);
  }

  /** Nothing more is sent. */
  end(): void {
    if (this.#phase.state === 'catching-up') this.#phase.reader.close();
    this.#phase = { state: 'over' };
  }

  /** Sends the stream until the member is live, over its budget, or gone. */
  async #readOn(phase: CatchingUp): Promise<void> {
    try {
      while (this.#phase === phase && this.#withinBudget()) {
        if (phase.reader.isAtEnd) {
          // Nothing may be awaited between this comparison and joining: a frame sent meanwhile would be missed.
          this.#enterLive();
          return;
        }
        await this.#around.readTurns.take(() => this.#readSome(phase));
      }
    } finally {
      phase.reading = false;
    }
  }

  /** Sends what one turn may: frames that are read at once leave together. */
  async #readSome(phase: CatchingUp): Promise<void> {
    const lastBytes = this.#sentBytes + turnBytes;
    const { reader } = phase;
    while (this.#phase === phase && this.#withinBudget() && this.#sentBytes < lastBytes && !reader.isAtEnd) {
      const frame = await reader.next();
      if (this.#phase !== phase) return;
      this.#sentBytes += frame.payloadBytes;
      this.#around.owner.link.sendPrepared(frame);
    }
  }

  #cannotReadOn(reader: StreamReader, error: unknown): void {
    const { owner, room } = this.#around;
    if (reader.wasPassed) {
      owner.lostStream('rejoin-first', 'Newer snapshots have replaced what this member was reading.');
      return;
    }
    if (isDamage(error)) room.reportDamage();
    const damaged = reader.damagedSnapshot(error);
    if (damaged !== undefined) room.snapshotIsDamaged(damaged);
    owner.lostStream('store-failed', error instanceof Error ? error.message : String(error));
  }

  #catchingUp(afterSeq: number, snapshot: SnapshotInfo | undefined): CatchingUp {
    const { room, audience, store, frames } = this.#around;
    const reader = new StreamReader({ room, audience, store, frames, afterSeq, snapshot });
    return { state: 'catching-up', reader, reading: false };
  }

  #enterLive(): void {
    const { owner, room, audience } = this.#around;
    this.#phase = { state: 'live' };
    const presence = room.enterLive(this.#member, audience);
    owner.link.send('live', encodeRelayMessage({ event: 'live', message: audience.published.cursor }));
    for (const payload of presence) owner.link.send('peers', payload);
  }

  #withinBudget(): boolean {
    return this.#sentBytes - this.#confirmedBytes < this.#budgetBytes;
  }
}
