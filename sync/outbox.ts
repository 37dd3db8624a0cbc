import * as Y from 'yjs';
import { sameBytes, toHex } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { OutboxRow } from './journal.ts';
import type { JournalWriter } from './journal-writer.ts';
import { sealAtOnceBytes } from './sealing.ts';
import type { UploadProgress } from './status.ts';
import { type OutboxLink, Upload } from './upload.ts';

/** Seals an entry's update: small ones at once, large ones where it does not hold up typing. */
export interface EntrySealer {
  now(update: Uint8Array): Uint8Array;
  later(update: Uint8Array): Promise<Uint8Array>;
}

/**
 * A row and where it is on its way. `ref` is set while it is sent on the present connection, `seq` once it is acknowledged
 * there. It goes when it has come back in the log as well: until then no cursor covers it, and a relay restored from an
 * older backup would not be found to lack it.
 */
interface Row {
  readonly row: OutboxRow;
  step: 'journaling' | 'ready' | 'sealing' | 'sent' | 'acknowledged';
  ref: number | undefined;
  seq: number | undefined;
}

/** Updates are merged into one entry up to about this many bytes. */
const mergeBytes = 48 * 1024;
/** Own entries that are remembered until they come back; more than can be under way at once. */
const maxAwaited = 256;

/**
 * Local changes on their way to the relay. Every change is journaled first, then sealed once, and the same bytes are
 * sent until they are acknowledged (rule A1). Changes leave at once while few are under way, later ones merge (DESIGN, sync).
 */
export class Outbox {
  #rows: Row[] = [];
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
    this.#rows.unshift(...rows.map((row): Row => ({ row, step: 'ready', ref: undefined, seq: undefined })));
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
    const isRead = ({ seq }: Row) => seq !== undefined && seq <= this.#readSeq;
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
      update.length < sealAtOnceBytes;
    const row = this.#newRow(
      updates.length,
      leavesAtOnce ? 'sealed' : 'update',
      leavesAtOnce ? this.sealer.now(update) : update,
    );
    this.#rows.push(row);
    void this.#ready(row, this.writer.write({ addUpdates: [update], putOutbox: [row.row] }));
  }

  /** Whether another entry may be sealed for sending. */
  #hasPlace(): boolean {
    const isUnderWay = ({ row, step }: Row) =>
      step === 'sealing' || (row.form === 'sealed' && step !== 'acknowledged');
    return this.#rows.filter(isUnderWay).length < limits.appendsInFlight;
  }

  #newRow(edits: number, form: OutboxRow['form'], bytes: Uint8Array): Row {
    this.#lastRow += 1;
    return {
      row: { id: `${this.opening}.${this.#lastRow}`, edits, form, bytes },
      step: 'journaling',
      ref: undefined,
      seq: undefined,
    };
  }

  async #ready(row: Row, journaled: Promise<void>): Promise<void> {
    await journaled;
    row.step = 'ready';
    this.#pump();
  }

  #pump(): void {
    if (this.#link === undefined) return;
    for (const row of this.#rows) {
      if (row.row.form === 'sealed' && row.step === 'ready') this.#send(row, this.#link);
    }
    while (this.#hasPlace()) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      void this.#sealBatch(batch);
    }
  }

  #send(row: Row, link: OutboxLink): void {
    const { bytes } = row.row;
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
  #nextBatch(): readonly Row[] {
    const start = this.#rows.findIndex((row) => row.row.form === 'update' && row.step === 'ready');
    const batch: Row[] = [];
    let bytes = 0;
    for (const row of start === -1 ? [] : this.#rows.slice(start)) {
      bytes += row.row.bytes.length;
      const fits = batch.length === 0 || bytes <= mergeBytes;
      if (!fits || row.row.form !== 'update' || row.step !== 'ready') break;
      batch.push(row);
    }
    return batch;
  }

  async #sealBatch(batch: readonly Row[]): Promise<void> {
    for (const row of batch) row.step = 'sealing';
    const updates = batch.map(({ row }) => row.bytes);
    const update = updates.length === 1 && updates[0] !== undefined ? updates[0] : Y.mergeUpdates(updates);
    const sealed =
      update.length < sealAtOnceBytes ? this.sealer.now(update) : await this.sealer.later(update);
    const edits = batch.reduce((sum, { row }) => sum + row.edits, 0);
    const row = this.#newRow(edits, 'sealed', sealed);
    const at = this.#rows.findIndex((other) => batch.includes(other));
    this.#rows = this.#rows.filter((other) => !batch.includes(other));
    this.#rows.splice(at, 0, row);
    const removeOutbox = batch.map((replaced) => replaced.row.id);
    await this.#ready(row, this.writer.write({ putOutbox: [row.row], removeOutbox }));
  }
}

function isWaiting({ row, step }: Row): boolean {
  return row.form === 'update' && step !== 'sealing';
}
