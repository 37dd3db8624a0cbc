import type { Cursor, RoomId } from '../protocol/ids.ts';
import { sameBytes } from '../protocol/ids.ts';
import type { AppendBatch } from './append-batch.ts';
import { makeBatch } from './append-batch.ts';
import { digestKey, markOfBlocks } from './entry-hash.ts';
import type { LogStore, RoomRecord } from './log-store.ts';
import { isDamage, StoreError } from './log-store.ts';
import type { PendingAppend } from './pending-append.ts';
import { RecentEntries } from './recent-entries.ts';
import type { RoomLogEvents } from './room-log.ts';

/** The end of a room's log, where the next batch goes: believed until any write of the relay fails, and then read again. */
export class LogEnd {
  readonly #roomId: RoomId;
  readonly #store: LogStore;
  readonly #events: Pick<RoomLogEvents, 'stored' | 'historyLost' | 'damaged'>;
  #head: Cursor;
  #logBytes: number;
  /** Failed writes of the relay so far, and how many of them the head has been read after. */
  #failures = 0;
  #sureAfter = 0;
  #recent: RecentEntries | undefined;
  /** Mark of the large entry that is first in line. */
  #largeMark: Uint8Array | undefined;

  constructor(options: {
    roomId: RoomId;
    record: RoomRecord;
    store: LogStore;
    events: Pick<RoomLogEvents, 'stored' | 'historyLost' | 'damaged'>;
  }) {
    this.#roomId = options.roomId;
    this.#head = options.record.head;
    this.#logBytes = options.record.logBytes;
    this.#store = options.store;
    this.#events = options.events;
  }

  /** The last durable entry. */
  get head(): Cursor {
    return this.#head;
  }

  /** Bytes of all entries up to the head. */
  get logBytes(): number {
    return this.#logBytes;
  }

  /** Whether all is known that a batch with this append in front needs. */
  isReadyFor(first: PendingAppend | undefined): boolean {
    const marksLarge = first?.body.type === 'spooled' && this.#largeMark === undefined;
    return this.#headIsSure() && this.#recent !== undefined && !marksLarge;
  }

  /** A write of the relay failed: the store may have lost a tail. */
  distrust(): void {
    this.#failures += 1;
    this.#recent = undefined;
    this.#largeMark = undefined;
  }

  /** The next batch, which may be empty; undefined where the end has to be read first. */
  makeBatch(pending: readonly PendingAppend[], share: number): AppendBatch | undefined {
    const [roomId, head, logBytes] = [this.#roomId, this.#head, this.#logBytes];
    const [recent, largeMark] = [this.#recent, this.#largeMark];
    if (!this.#headIsSure() || recent === undefined) return undefined;
    this.#largeMark = undefined;
    return makeBatch(pending, { roomId, head, logBytes, recent, largeMark }, share);
  }

  /** The batch is on disk. */
  committed({ appends, places, entries }: AppendBatch): void {
    const last = entries.at(-1);
    if (last !== undefined) {
      this.#head = { seq: last.seq, mark: last.mark };
      this.#logBytes = last.logBytes;
    }
    appends.forEach(({ digest }, i) => {
      this.#recent?.add(digestKey(digest), places[i] ?? 0);
    });
  }

  /** Reads what the next batch needs: the head after a failure, the recent entries, the mark of a large entry. */
  async prepare(first: PendingAppend | undefined): Promise<StoreError | undefined> {
    const failures = this.#failures;
    try {
      if (!this.#headIsSure()) await this.#readHead(failures);
      const recent = this.#recent ?? (await RecentEntries.load(this.#store, this.#roomId));
      const mark = first?.body.type === 'spooled' ? await this.#prepareLarge(first, recent) : undefined;
      if (failures !== this.#failures) return undefined;
      this.#recent = recent;
      this.#largeMark = mark;
      return undefined;
    } catch (error) {
      if (isDamage(error)) this.#events.damaged();
      if (error instanceof StoreError) return error;
      return new StoreError('store-failed', 'The relay could not read its log.', error);
    }
  }

  /** Gives the mark after a large entry that comes next, whose file is in its place then unless it is there already (rule A3). */
  async #prepareLarge(
    { body, digest }: PendingAppend,
    recent: RecentEntries,
  ): Promise<Uint8Array | undefined> {
    if (body.type !== 'spooled') return undefined;
    const { seq, mark } = this.#head;
    const next = await markOfBlocks(mark, body.spool.blocks());
    if (recent.seqOf(digestKey(digest)) === undefined)
      await this.#store.place({ roomId: this.#roomId, seq: seq + 1, digest, body });
    return next;
  }

  async #readHead(failures: number): Promise<void> {
    const believed = this.#head;
    const record = await this.#store.room(this.#roomId);
    const there = await this.#store.position(this.#roomId, believed.seq);
    if (record === undefined)
      throw new StoreError('store-failed', `The store has lost room ${this.#roomId}.`);
    this.#head = record.head;
    this.#logBytes = record.logBytes;
    this.#sureAfter = failures;
    if (there === undefined || !sameBytes(there.mark, believed.mark)) this.#events.historyLost();
    else if (record.head.seq > believed.seq) {
      const all = { ...record.head, logBytes: record.logBytes, bytes: undefined };
      this.#events.stored([all], new Map());
    }
  }

  #headIsSure(): boolean {
    return this.#sureAfter === this.#failures;
  }
}
