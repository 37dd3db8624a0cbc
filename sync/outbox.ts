import * as Y from 'yjs';
import { sameBytes, toHex } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import { type EntrySealer, isSealedAtOnce, sealedParts } from './entry-sealer.ts';
import type { OutboxRow } from './journal.ts';
import type { JournalWriter } from './journal-writer.ts';
import { isTooLarge, isUnderWay, isWaiting, type Outgoing, outgoing } from './outgoing.ts';
import type { UploadProgress } from './status.ts';
import { type OutboxLink, Upload } from './upload.ts';

/** Updates are merged into one entry up to about this many bytes. */
const mergeBytes = 48 * 1024;
/** Own entries that are remembered until they come back; more than can be under way at once. */
const maxAwaited = 256;

/**
 * Local changes on their way to the relay. Every change is journaled first, then sealed once, and the same bytes are
 * sent until they are acknowledged (rule A1). Changes leave at once while few are under way, later ones merge (DESIGN, sync).
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
    this.#rows.unshift(...rows.map((row) => outgoing(row, 'ready')));
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
    const leavesAtOnce =
      this.#link !== undefined &&
      this.#hasPlace() &&
      !this.#rows.some(isWaiting) &&
      isSealedAtOnce(update, this.#link.entryBytes);
    const row = outgoing(
      leavesAtOnce
        ? this.#newRow(updates.length, 'sealed', this.sealer.now(update))
        : this.#newRow(updates.length, 'update', update),
      'journaling',
    );
    this.#rows.push(row);
    void this.#ready(row, this.writer.write({ addUpdates: [update], putOutbox: [row.row] }));
  }

  /** Whether another entry may be sealed for sending. */
  #hasPlace(): boolean {
    return this.#rows.filter(isUnderWay).length < limits.appendsInFlight;
  }

  #newRow(edits: number, form: OutboxRow['form'], bytes: Uint8Array): OutboxRow {
    this.#lastRow += 1;
    return { id: `${this.opening}.${this.#lastRow}`, edits, form, bytes };
  }

  async #ready(row: Outgoing, journaled: Promise<void>): Promise<void> {
    await journaled;
    row.step = 'ready';
    this.#pump();
  }

  #pump(): void {
    if (this.#link === undefined) return;
    let isPartUnderWay = false;
    for (const row of this.#rows) {
      const mayLeave = row.row.form === 'sealed' && row.step === 'ready' && !(row.isPart && isPartUnderWay);
      if (mayLeave) this.#send(row, this.#link);
      isPartUnderWay ||= row.isPart && row.step !== 'acknowledged';
    }
    while (this.#hasPlace()) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      void this.#sealBatch(batch);
    }
  }

  #send(row: Outgoing, link: OutboxLink): void {
    const { bytes } = row.row;
    if (isTooLarge(row, link.entryBytes)) {
      void this.#unseal(row);
      return;
    }
    const isLarge = bytes.length > limits.inlineEntryBytes;
    if (isLarge && this.#upload !== undefined) return;
    this.#lastRef += 1;
    row.ref = this.#lastRef;
    row.step = 'sent';
    if (this.#awaited.size < maxAwaited) this.#awaited.set(toHex(bytes.subarray(0, 25)), bytes);
    if (isLarge) this.#upload = new Upload(row.ref, bytes, link);
    else link.append(row.ref, bytes);
  }

  /** The next rows that become one entry: consecutive ones, up to `mergeBytes` together, at least one. */
  #nextBatch(): readonly Outgoing[] {
    const start = this.#rows.findIndex((row) => row.row.form === 'update' && row.step === 'ready');
    const batch: Outgoing[] = [];
    let bytes = 0;
    for (const row of start === -1 ? [] : this.#rows.slice(start)) {
      bytes += row.row.bytes.length;
      const fits = batch.length === 0 || bytes <= mergeBytes;
      if (!fits || row.row.form !== 'update' || row.step !== 'ready') break;
      batch.push(row);
    }
    return batch;
  }

  async #sealBatch(batch: readonly Outgoing[]): Promise<void> {
    for (const row of batch) row.step = 'sealing';
    const updates = batch.map(({ row }) => row.bytes);
    const update = updates.length === 1 && updates[0] !== undefined ? updates[0] : Y.mergeUpdates(updates);
    const sealedFor = this.#link?.entryBytes ?? limits.entryBytes;
    const entries = await sealedParts(this.sealer, update, sealedFor);
    const isPart = entries.length > 1;
    const edits = batch.reduce((sum, { row }) => sum + row.edits, 0);
    const rows = entries.map((sealed, i) => {
      // None is nothing: what is left of a change is not saved whichever of its parts are.
      const row = this.#newRow(i < entries.length - 1 ? 1 : edits, 'sealed', sealed);
      return outgoing(row, 'journaling', { sealedFor, isPart });
    });
    await this.#replace(batch, rows);
  }

  /** It was sealed for a relay that took larger ones: sealed anew it becomes several. */
  async #unseal(row: Outgoing): Promise<void> {
    row.step = 'sealing';
    const update = await this.sealer.open(row.row.bytes);
    if (update !== undefined) {
      await this.#replace([row], [outgoing(this.#newRow(row.row.edits, 'update', update), 'journaling')]);
      return;
    }
    // Not this program's; the relay says what it thinks of it.
    row.sealedFor = 0;
    await this.#ready(row, Promise.resolve());
  }

  async #replace(replaced: readonly Outgoing[], rows: readonly Outgoing[]): Promise<void> {
    const at = this.#rows.findIndex((other) => replaced.includes(other));
    this.#rows = this.#rows.filter((other) => !replaced.includes(other));
    this.#rows.splice(at, 0, ...rows);
    const removeOutbox = replaced.map(({ row }) => row.id);
    const journaled = this.writer.write({ putOutbox: rows.map(({ row }) => row), removeOutbox });
    await Promise.all(rows.map((row) => this.#ready(row, journaled)));
  }
}
