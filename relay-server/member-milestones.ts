import { limits } from '../protocol/limits.ts';
import type { MilestoneRequest, MilestonesRequest } from '../protocol/milestone-messages.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { LogStore } from './log-store.ts';
import { StoreError } from './log-store.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { Room } from './room.ts';

/** Answers that one member may be waiting for; a client asks for one chunk after the other. */
export const mostPending = 8;

/** Answers an editor's questions for stored snapshots (rules C7 and C8). */
export class MemberMilestones {
  readonly #room: Room;
  readonly #store: LogStore;
  readonly #owner: Pick<MembershipOwner, 'link' | 'refuse' | 'refuseAndClose'>;
  #pending = 0;
  #left = false;

  constructor(
    room: Room,
    store: LogStore,
    owner: Pick<MembershipOwner, 'link' | 'refuse' | 'refuseAndClose'>,
  ) {
    this.#room = room;
    this.#store = store;
    this.#owner = owner;
  }

  /** Sends the list of all stored snapshots, oldest first. */
  list({ ref }: MilestonesRequest): void {
    this.#answer(ref, async () => {
      const stored = await this.#store.snapshots(this.#room.id);
      const milestones = stored.slice(-limits.milestones);
      if (this.#left) return;
      const payload = encodeRelayMessage({ event: 'milestone-list', message: { ref, milestones } });
      this.#owner.link.send('milestone-list', payload);
    });
  }

  /** Sends one chunk of a stored snapshot. */
  part({ ref, seq, offset }: MilestoneRequest): void {
    if (offset % limits.chunkBytes !== 0) {
      this.#owner.refuseAndClose('malformed', `no chunk of a snapshot begins at ${offset}`);
      return;
    }
    this.#answer(ref, async () => {
      const found = await this.#store.snapshot(this.#room.id, seq);
      if (found === undefined || offset >= found.bytes) {
        this.#refuseMissing(ref, `no snapshot at ${seq} has a byte ${offset}`);
        return;
      }
      const chunk = await this.#store.readSnapshotPart(this.#room.id, found, offset);
      if (this.#left) return;
      const { cursor, bytes: total } = found;
      const message = { ref, cursor, total, offset, chunk };
      this.#owner.link.send('milestone-part', encodeRelayMessage({ event: 'milestone-part', message }));
    });
  }

  leave(): void {
    this.#left = true;
  }

  #answer(ref: number, answer: () => Promise<void>): void {
    if (this.#pending >= mostPending) {
      this.#owner.refuseAndClose('too-fast', 'too many questions for older states at once');
      return;
    }
    this.#pending += 1;
    answer()
      .catch((error: unknown) => this.#failed(ref, error))
      .finally(() => {
        this.#pending -= 1;
      });
  }

  /** A snapshot that went meanwhile, or whose file is damaged, is not kept; anything else may pass. */
  #failed(ref: number, error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof StoreError && error.code === 'damaged') this.#refuseMissing(ref, detail);
    else if (!this.#left) this.#owner.refuse('store-failed', detail, ref);
  }

  #refuseMissing(ref: number, detail: string): void {
    if (!this.#left) this.#owner.refuse('no-such-milestone', detail, ref);
  }
}
