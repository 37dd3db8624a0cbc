import type { Upload as UploadChunk } from '../protocol/client-messages.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Clock } from './clock.ts';
import type { LogStore, Spool, StoreError } from './log-store.ts';
import type { MembershipOwner } from './membership-owner.ts';
import type { UploadEvents } from './upload.ts';
import { Upload } from './upload.ts';
import type { Slot, UploadSlots } from './upload-slots.ts';

/** An upload that pauses for longer is dropped, so that idle ones do not hold all slots; a chunk takes this long at 9 kbit/s. */
export const uploadPauseMs = 60_000;

/** What the uploads of one kind need. */
export interface UploadSurroundings {
  readonly owner: Pick<MembershipOwner, 'link' | 'refuseAndClose'>;
  readonly store: LogStore;
  readonly slots: UploadSlots;
  readonly clock: Clock;
  /** The sizes this relay takes, in bytes. */
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** Bytes of an upload that may be unanswered. */
  readonly windowBytes: number;
  /** Gets a complete upload with the SHA-256 of its bytes. */
  complete(ref: number, spool: Spool, digest: Uint8Array): void;
  /** An upload is not taken. Whoever refuses it forgets the others with `discard` where they do not go on. */
  refuse(code: RefusalCode, ref: number, detail: string): void;
}

/** The uploads of one kind of one membership: one receives chunks at a time, earlier ones may still be on their way to disk (rule U1). */
export class MemberUploads {
  readonly #around: UploadSurroundings;
  readonly #unfinished = new Map<Upload, Slot>();
  #receiving: Upload | undefined;
  #stopPauseTimer: () => void = () => {};

  constructor(around: UploadSurroundings) {
    this.#around = around;
  }

  /** Takes a chunk of an editor that may append, or refuses it. */
  take(chunk: UploadChunk): void {
    const { owner, refuse, leastBytes, mostBytes } = this.#around;
    if (chunk.total > mostBytes) {
      owner.refuseAndClose('too-large', `an upload of ${chunk.total} bytes is over ${mostBytes}`);
    } else if (chunk.total < leastBytes) {
      owner.refuseAndClose('malformed', 'a small entry is sent with append');
    } else {
      this.#receiving ??= this.#start(chunk);
      if (this.#receiving === undefined) refuse('too-busy', chunk.ref, 'too many uploads at once');
      else this.#add(this.#receiving, chunk);
    }
  }

  /** An upload with this ref must begin before the pause is over. */
  expect(ref: number): void {
    this.#startPauseTimer(ref);
  }

  /** Forgets every upload that is not complete. */
  discard(): void {
    this.#receive(undefined);
    for (const upload of this.#unfinished.keys()) {
      upload.discard();
      this.#end(upload);
    }
  }

  #start({ ref, total }: UploadChunk): Upload | undefined {
    const { owner, store, slots, windowBytes, complete, refuse } = this.#around;
    const slot = slots.take(owner.link.remoteAddress, () => this.#tooSlow(ref));
    if (slot === undefined) return undefined;
    const events: UploadEvents = {
      received: (bytes) => {
        if (this.#receiving === upload) this.#startPauseTimer(ref);
        owner.link.send('received', encodeRelayMessage({ event: 'received', message: { ref, bytes } }));
      },
      complete: (spool, digest) => {
        this.#end(upload);
        complete(ref, spool, digest);
      },
      failed: (error) => {
        this.#end(upload);
        refuse(refusalOfStore(error), ref, error.message);
      },
    };
    const upload: Upload = new Upload({ store, turn: slot.turn, ref, total, windowBytes, events });
    this.#unfinished.set(upload, slot);
    return upload;
  }

  #add(upload: Upload, { ref, total, offset, chunk }: UploadChunk): void {
    const { owner, refuse } = this.#around;
    if (ref !== upload.ref || total !== upload.total) {
      refuse('wrong-state', ref, 'one upload at a time');
      return;
    }
    const slot = this.#unfinished.get(upload);
    if (slot !== undefined && !slot.keepsPace(chunk.length)) {
      this.#tooSlow(ref);
      return;
    }
    const taken = upload.add(offset, chunk);
    if (taken === 'out-of-order') owner.refuseAndClose('malformed', `no chunk at ${offset} was expected`);
    else if (taken === 'over-window') owner.refuseAndClose('too-fast', 'more of an upload than its window');
    else this.#receive(upload.allSent ? undefined : upload);
  }

  /** The upload whose next chunk is expected, from now on. */
  #receive(upload: Upload | undefined): void {
    this.#stopPauseTimer();
    this.#receiving = upload;
    if (upload !== undefined) this.#startPauseTimer(upload.ref);
  }

  /** From a chunk or its answer: a client whose window is full waits for the relay, not the other way round. */
  #startPauseTimer(ref: number): void {
    this.#stopPauseTimer();
    this.#stopPauseTimer = this.#around.clock.setTimer(() => {
      this.#around.refuse('wrong-state', ref, `no chunk of the upload within ${uploadPauseMs} ms`);
    }, uploadPauseMs);
  }

  #end(upload: Upload): void {
    if (this.#receiving === upload) this.#receive(undefined);
    this.#unfinished.get(upload)?.release();
    this.#unfinished.delete(upload);
  }

  #tooSlow(ref: number): void {
    this.#around.refuse('wrong-state', ref, 'an upload slower than the relay waits for');
  }
}

/** The code that tells a client what a failed write means for it. */
export function refusalOfStore(error: StoreError): 'disk-full' | 'store-failed' {
  return error.code === 'disk-full' ? 'disk-full' : 'store-failed';
}
