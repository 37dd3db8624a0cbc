import type { SnapshotOffer, Upload as UploadChunk } from '../protocol/client-messages.ts';
import { limits } from '../protocol/limits.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Clock } from './clock.ts';
import type { LogStore, Spool } from './log-store.ts';
import { StoreError } from './log-store.ts';
import { MemberUploads, refusalOfStore } from './member-uploads.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { Room } from './room.ts';
import type { UploadSlots } from './upload-slots.ts';

/** Where the snapshot of an editor is: on its way, or complete and being committed. */
type Offer = SnapshotOffer & { readonly state: 'uploading' | 'committing' };

/** The snapshot that an editor offers: announced, uploaded, committed (rules C2 to C4). Beside the entries it uploads. */
export class MemberSnapshot {
  readonly #editorId: number;
  readonly #room: Room;
  readonly #owner: Pick<MembershipOwner, 'link' | 'refuse' | 'refuseAndClose'>;
  readonly #uploads: MemberUploads;
  readonly #mostBytes: number;
  #offer: Offer | undefined;
  /** A snapshot that was refused while chunks of it may have been on their way. */
  #refusedRef: number | undefined;
  #left = false;

  constructor(options: {
    editorId: number;
    room: Room;
    owner: Pick<MembershipOwner, 'link' | 'refuse' | 'refuseAndClose'>;
    store: LogStore;
    slots: UploadSlots;
    clock: Clock;
    /** Largest snapshot this relay takes. */
    snapshotBytes: number;
  }) {
    const { owner, store, slots, clock } = options;
    this.#editorId = options.editorId;
    this.#room = options.room;
    this.#owner = owner;
    this.#mostBytes = options.snapshotBytes;
    this.#uploads = new MemberUploads({
      owner,
      store,
      slots,
      clock,
      leastBytes: 1,
      mostBytes: options.snapshotBytes,
      windowBytes: limits.snapshotWindowBytes,
      complete: (_, spool, digest) => void this.#commit(spool, digest),
      refuse: (code, ref, detail) => this.#refuse(code, ref, detail),
    });
  }

  /** Takes an editor's announcement, or refuses it. */
  announce(offer: SnapshotOffer): void {
    const { ref, previousSeq, cursor, unopened } = offer;
    const { snapshots, compaction } = this.#room;
    const newestSeq = snapshots.newest?.cursor.seq ?? 0;
    if (this.#offer !== undefined) {
      this.#owner.refuse('wrong-state', 'one snapshot at a time', ref);
    } else if (unopened.some((seq) => seq < 1 || seq > cursor.seq)) {
      this.#owner.refuseAndClose('malformed', 'entries outside of the snapshot');
    } else if (!compaction.mayOffer(this.#editorId)) {
      this.#owner.refuse('wrong-state', 'nobody asked for a snapshot', ref);
    } else if (previousSeq !== newestSeq) {
      this.#refuse('snapshot-outdated', ref, `the newest snapshot is at ${newestSeq}`);
    } else if (cursor.seq < newestSeq || (cursor.seq === newestSeq && !compaction.distrusted)) {
      this.#refuse('snapshot-outdated', ref, `nothing is new since the snapshot at ${newestSeq}`);
    } else if (unopened.some((seq) => snapshots.isOnlyHolder(seq))) {
      this.#refuse('snapshot-outdated', ref, `only the snapshot at ${newestSeq} holds what this one lacks`);
    } else {
      this.#offer = { ...offer, state: 'uploading' };
      this.#uploads.expect(ref);
      compaction.offered(this.#editorId);
    }
  }

  /** Takes a chunk, or refuses it. */
  take(chunk: UploadChunk): void {
    const { ref, total } = chunk;
    if (this.#offer?.state === 'uploading' && this.#offer.ref === ref) {
      if (total > this.#mostBytes)
        this.#refuse('too-large', ref, `a snapshot of ${total} bytes is over ${this.#mostBytes}`);
      else {
        this.#room.compaction.received(this.#editorId, chunk.chunk.length);
        this.#uploads.take(chunk);
      }
    } else if (ref !== this.#refusedRef) {
      this.#owner.refuse('wrong-state', 'no such snapshot was announced', ref);
    }
  }

  /** Another snapshot was committed: one that is still on its way is outdated. */
  superseded(): void {
    if (this.#offer?.state === 'uploading')
      this.#refuse('snapshot-outdated', this.#offer.ref, 'another snapshot was committed');
  }

  /** The editor has left: what is complete is still committed. */
  leave(): void {
    this.#left = true;
    this.#uploads.discard();
    this.#offer = undefined;
  }

  async #commit(spool: Spool, digest: Uint8Array): Promise<void> {
    const offer = this.#offer;
    if (offer === undefined) return;
    const { ref, previousSeq, cursor, unopened } = offer;
    this.#offer = { ...offer, state: 'committing' };
    try {
      const info = await this.#room.snapshots.commit({ previousSeq, cursor, unopened, digest, spool });
      this.#offer = undefined;
      if (info === undefined)
        this.#refuse('snapshot-outdated', ref, 'the log or the newest snapshot is another');
      else this.#acknowledge(ref, cursor.seq);
    } catch (error) {
      this.#offer = undefined;
      const reason =
        error instanceof StoreError
          ? error
          : new StoreError('store-failed', 'The relay could not store a snapshot.', error);
      this.#refuse(refusalOfStore(reason), ref, reason.message);
    } finally {
      // Does nothing where the store has taken it.
      await spool.discard();
      this.#room.compaction.look();
    }
  }

  #acknowledge(ref: number, seq: number): void {
    if (this.#left) return;
    this.#owner.link.send('ack', encodeRelayMessage({ event: 'ack', message: { acks: [{ ref, seq }] } }));
  }

  /** Concerns this snapshot only (rule C4): the editor may go on appending. */
  #refuse(code: RefusalCode, ref: number, detail: string): void {
    this.#uploads.discard();
    this.#offer = undefined;
    this.#refusedRef = ref;
    if (this.#left) return;
    this.#owner.refuse(code, detail, ref);
    if (code === 'disk-full' || code === 'store-failed') this.#room.compaction.storeFailed(this.#editorId);
    else this.#room.compaction.refused(this.#editorId);
  }
}
