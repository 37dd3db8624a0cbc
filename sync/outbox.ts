import * as Y from 'yjs';
import { sameBytes, toHex } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import { type EntrySealer, isSealedAtOnce, sealedParts } from './entry-sealer.ts';
import type { OutboxRow } from './journal.ts';
import type { JournalWriter } from './journal-writer.ts';
import { idsInPlaceOf, inOrder } from './outbox-order.ts';
import {
  hasPlaceBehind,
  isTooLarge,
  isUploaded,
  isWaiting,
  nextBatch,
  type Outgoing,
  outgoing,
} from './outgoing.ts';
import type { UploadProgress } from './status.ts';
import { type OutboxLink, Upload } from './upload.ts';

/** Own entries that are remembered until they come back; more than can be under way at once. */
const maxAwaited = 256;

/**
 * Local changes on their way to the relay. Every change is journaled first, then sealed once, and the same bytes are
 * sent until they are acknowledged (rule A1). Changes leave at once while few are under way, later ones merge (DESIGN, sync).
 * They leave in the order in which they were made, since each may build on any before it (rule U1).
 */
export class Outbox {
  #rows: Outgoing[] = [];
  #fresh: Uint8Array[] = [];
  #link: OutboxLink | undefined;
  #upload: Upload | undefined;
  #lastRef = 0;
  #lastRow = 0;
  /** The log has been read up to here. */
  #readSeq = 0;
  #awaited = new Map<string, Uint8Array>();

  constructor(
    private readonly sealer: EntrySealer,
    private readonly writer: JournalWriter,
    /** Unique to this opening, in front of row ids: two tabs may write to one journal. */
    private readonly opening: string,
    private readonly onChange: () => void,
  ) {}

  /** Local edits without acknowledgement, those not even journaled included. */
  get unsaved(): number {
    return this.#rows.reduce(
      (edits, { row, step }) => (step === 'acknowledged' ? edits : edits + row.edits),
      this.#fresh.length,
    );
  }

  /** Whether the log is known to hold every local edit: nothing waits, not even to come back. */
  get isEmpty(): boolean {
    return this.#rows.length === 0 && this.#fresh.length === 0;
  }

  /** What waits, as the journal keeps it. */
  get rows(): readonly OutboxRow[] {
    return this.#rows.map(({ row }) => row);
  }

  /** How far the large change is that is being sent. */
  get progress(): UploadProgress | undefined {
    return this.#upload?.progress;
  }

  /** Takes over what earlier openings left in the journal. */
  restore(rows: readonly OutboxRow[]): void {
    this.#rows.unshift(...inOrder(rows).map((row) => outgoing(row, 'ready')));
  }

  /** Takes one local edit. It is journaled with all others of this turn of the event loop. */
  add(update: Uint8Array): void {
    this.#fresh.push(update);
    if (this.#fresh.length === 1) queueMicrotask(() => this.#journalFresh());
    this.onChange();
  }

  /** The relay takes appends now: everything not acknowledged is sent again. */
  open(link: OutboxLink): void {
    this.shut();
    this.#link = link;
    this.#pump();
  }

  /** The connection is gone; what was sent is not acknowledged any more. */
  shut(): void {
    this.#link = undefined;
    this.#upload = undefined;
    for (const row of this.#rows) {
      row.ref = row.seq = undefined;
      if (row.step === 'sent' || row.step === 'acknowledged') row.step = 'ready';
    }
  }

  /** The entry sent under this number is on the relay's disk, at this place. Unknown numbers are of an earlier connection. */
  acknowledged(ref: number, seq: number): void {
    const row = this.#rows.find((candidate) => candidate.ref === ref);
    if (row === undefined) return;
    row.step = 'acknowledged';
    row.seq = seq;
    if (this.#upload?.ref === ref) this.#upload = undefined;
    this.#removeRead();
    this.#pump();
    this.onChange();
  }

  /** The log has been read up to this place. */
  readUpTo(seq: number): void {
    this.#readSeq = seq;
    this.#removeRead();
  }

  /** The relay has this much of the upload. */
  received(ref: number, bytes: number): void {
    if (this.#upload?.ref !== ref) return;
    this.#upload.received(bytes);
    this.onChange();
  }

  /** Whether a received entry is one this outbox sent, byte for byte; asked once for each. */
  isOwn(sealed: Uint8Array): boolean {
    if (this.#awaited.size === 0) return false;
    const key = toHex(sealed.subarray(0, 25));
    const own = this.#awaited.get(key);
    this.#awaited.delete(key);
    return own !== undefined && sameBytes(own, sealed);
  }

  #removeRead(): void {
    const isRead = ({ seq }: Outgoing) => seq !== undefined && seq <= this.#readSeq;
    const read = this.#rows.filter(isRead);
    if (read.length === 0) return;
    this.#rows = this.#rows.filter((row) => !isRead(row));
    void this.writer.write({ removeOutbox: read.map(({ row }) => row.id) });
  }

  #journalFresh(): void {
    const updates = this.#fresh.splice(0);
    if (updates.length === 0) return;
    const update = updates.length === 1 && updates[0] !== undefined ? updates[0] : Y.mergeUpdates(updates);
    const isSealedNow =
      this.#link !== undefined &&
      hasPlaceBehind(this.#rows) &&
      !this.#rows.some(isWaiting) &&
      isSealedAtOnce(update, this.#link.entryBytes);
    const form = isSealedNow ? 'sealed' : 'update';
    const bytes = isSealedNow ? this.sealer.now(update) : update;
    const row = outgoing({ id: this.#newId(), edits: updates.length, form, bytes }, 'journaling');
    this.#rows.push(row);
    void this.#ready(row, this.writer.write({ addUpdates: [update], putOutbox: [row.row] }));
  }

  #newId(): string {
    this.#lastRow += 1;
    return `${this.opening}.${this.#lastRow}`;
  }

  async #ready(row: Outgoing, journaled: Promise<void>): Promise<void> {
    await journaled;
    row.step = 'ready';
    this.#pump();
  }

  #pump(): void {
    if (this.#link === undefined) return;
    this.#sendInOrder(this.#link);
    for (;;) {
      const batch = nextBatch(this.#rows);
      if (batch.length === 0) return;
      void this.#sealBatch(batch);
    }
  }

  /** Sends what may leave: nothing passes what was made before it, and what is uploaded is under way alone. */
  #sendInOrder(link: OutboxLink): void {
    let underWay = 0;
    for (const row of this.#rows) {
      if (row.step === 'acknowledged') continue;
      if (row.step === 'ready' && row.row.form === 'sealed') {
        const isPassing = isUploaded(row) ? underWay > 0 : underWay >= limits.appendsInFlight;
        if (!isPassing) this.#send(row, link);
      }
      if (row.step !== 'sent' || isUploaded(row)) return;
      underWay += 1;
    }
  }

  #send(row: Outgoing, link: OutboxLink): void {
    const { bytes } = row.row;
    if (isTooLarge(row, link.entryBytes)) {
      void this.#unseal(row);
      return;
    }
    this.#lastRef += 1;
    row.ref = this.#lastRef;
    row.step = 'sent';
    if (this.#awaited.size < maxAwaited) this.#awaited.set(toHex(bytes.subarray(0, 25)), bytes);
    if (isUploaded(row)) this.#upload = new Upload(row.ref, bytes, link);
    else link.append(row.ref, bytes);
  }

  async #sealBatch(batch: readonly Outgoing[]): Promise<void> {
    for (const row of batch) row.step = 'sealing';
    const updates = batch.map(({ row }) => row.bytes);
    const update = updates.length === 1 && updates[0] !== undefined ? updates[0] : Y.mergeUpdates(updates);
    const sealedFor = this.#link?.entryBytes ?? limits.entryBytes;
    const entries = await sealedParts(this.sealer, update, sealedFor);
    const edits = batch.reduce((sum, { row }) => sum + row.edits, 0);
    // None has no edits: what is left of a change is not saved whichever of its parts are.
    const editsOf = (i: number) => (i < entries.length - 1 ? 1 : edits);
    const sealed = entries.map((bytes, i) => ({ edits: editsOf(i), form: 'sealed' as const, bytes }));
    await this.#replace(batch, sealed, sealedFor);
  }

  /** It was sealed for a relay that took larger ones: sealed anew it becomes several. */
  async #unseal(row: Outgoing): Promise<void> {
    row.step = 'sealing';
    const bytes = await this.sealer.open(row.row.bytes);
    if (bytes !== undefined) {
      await this.#replace([row], [{ edits: row.row.edits, form: 'update', bytes }]);
      return;
    }
    // Not this program's; the relay says what it thinks of it.
    row.sealedFor = 0;
    await this.#ready(row, Promise.resolve());
  }

  async #replace(
    replaced: readonly Outgoing[],
    successors: readonly Omit<OutboxRow, 'id'>[],
    sealedFor?: number,
  ): Promise<void> {
    const at = this.#rows.findIndex((other) => replaced.includes(other));
    const uniqueIds = successors.map(() => this.#newId());
    const ids = idsInPlaceOf(this.#rows[at]?.row.id ?? '', uniqueIds);
    const rows = successors.map((successor, i) =>
      outgoing({ ...successor, id: ids[i] ?? '' }, 'journaling', sealedFor),
    );
    this.#rows = this.#rows.filter((other) => !replaced.includes(other));
    this.#rows.splice(at, 0, ...rows);
    const removeOutbox = replaced.map(({ row }) => row.id);
    const journaled = this.writer.write({ putOutbox: rows.map(({ row }) => row), removeOutbox });
    await Promise.all(rows.map((row) => this.#ready(row, journaled)));
  }
}
