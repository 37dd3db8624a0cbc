import type { Cursor, RoomId } from '../protocol/ids.ts';
import { sameBytes } from '../protocol/ids.ts';
import { nextMark } from '../protocol/marks.ts';
import type { CommitQueue, CommitSource } from './commit-queue.ts';
import { digestKey, markOfBlocks, sha256 } from './entry-hash.ts';
import type { EntryBody, LogStore, NewEntry, RoomRecord } from './log-store.ts';
import { isDamage, StoreError } from './log-store.ts';
import type { Appender, PendingAppend, StoredEntry } from './pending-append.ts';
import { RecentEntries } from './recent-entries.ts';
import { writeUnits } from './write-share.ts';

/** What a log tells its room. */
export interface RoomLogEvents {
  /** These follow what was reported before and are on disk. `acknowledge` tells those who appended them: soon, and once. */
  stored(entries: readonly StoredEntry[], acknowledge: () => void): void;
  /** The store no longer has what it had: whatever was published may be wrong. */
  historyLost(): void;
  /** What the store holds of the room is damaged. */
  damaged(): void;
  /** Nothing waits or is being written any more. */
  idle(): void;
}

interface Batch {
  readonly appends: readonly PendingAppend[];
  /** The seq of each append, a known entry's for a duplicate. */
  readonly places: readonly number[];
  readonly entries: readonly NewEntry[];
}

/**
 * The writing side of an open room: gives appends their place and mark, stores equal ones once (rule A3), and never
 * appends to a head it is not sure of. The head read from the store is believed until any write of the relay fails.
 */
export class RoomLog implements CommitSource {
  readonly roomId: RoomId;
  readonly firstMark: Uint8Array;
  readonly #store: LogStore;
  readonly #commits: CommitQueue;
  readonly #events: RoomLogEvents;
  #head: Cursor;
  #logBytes: number;
  /** Failed writes of the relay so far, and how many of them the head has been read after. */
  #failures = 0;
  #sureAfter = 0;
  #checksHead = false;
  #held = false;
  #recent: RecentEntries | undefined;
  #pending: PendingAppend[] = [];
  #batch: Batch | undefined;
  /** Mark of the large entry that is first in line. */
  #largeMark: Uint8Array | undefined;
  #preparing = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: {
    roomId: RoomId;
    record: RoomRecord;
    store: LogStore;
    commits: CommitQueue;
    events: RoomLogEvents;
  }) {
    this.roomId = options.roomId;
    this.firstMark = options.record.firstMark;
    this.#head = options.record.head;
    this.#logBytes = options.record.logBytes;
    this.#store = options.store;
    this.#commits = options.commits;
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

  /** Whether appends are waiting or being written. */
  get busy(): boolean {
    return this.#preparing || this.#batch !== undefined || this.#pending.length > 0;
  }

  /** Resolves when everything queued is durable or has failed. */
  idle(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.#idleWaiters.push(resolve)) : Promise.resolve();
  }

  /** Queues an append; its appender hears of it when it is durable or has failed. */
  append(append: PendingAppend): void {
    this.#pending.push(append);
    this.#advance();
  }

  /** What is appended waits from the next write on: the room is being repaired. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#advance();
  }

  /** A write of the relay failed: the head is read again before anything else is appended (the store may have lost a tail). */
  distrustHead(): void {
    this.#failures += 1;
    this.#recent = undefined;
    this.#largeMark = undefined;
    if (this.#pending.length > 0) this.#advance();
  }

  /** Distrusts the head and reads it at once: the room's members have to know if its history is another. */
  checkHead(): void {
    this.distrustHead();
    this.#checksHead = true;
    this.#advance();
  }

  takeBatch(share: number): readonly NewEntry[] {
    const recent = this.#recent;
    if (this.#held) return [];
    if (this.#batch !== undefined || this.#preparing || !this.#headIsSure() || recent === undefined)
      return [];
    const appends: PendingAppend[] = [];
    const places: number[] = [];
    const entries: NewEntry[] = [];
    const seqOfDigest = new Map<string, number>();
    let { seq, mark } = this.#head;
    let logBytes = this.#logBytes;
    let cost = 0;
    for (const append of this.#pending) {
      if (cost >= share) break;
      const { body, digest } = append;
      cost += writeUnits(sizeOf(body));
      const key = digestKey(digest);
      const known = recent.seqOf(key) ?? seqOfDigest.get(key);
      if (known === undefined) {
        if (body.type === 'inline') mark = nextMark(sha256, mark, body.bytes);
        else if (appends.length === 0 && this.#largeMark !== undefined) mark = this.#largeMark;
        else break;
        seq += 1;
        logBytes += sizeOf(body);
        entries.push({ roomId: this.roomId, seq, mark, logBytes, digest, body });
        seqOfDigest.set(key, seq);
      }
      appends.push(append);
      places.push(known ?? seq);
    }
    this.#pending.splice(0, appends.length);
    this.#largeMark = undefined;
    if (appends.length > 0) this.#batch = { appends, places, entries };
    if (entries.length > 0) return entries;
    if (appends.length > 0) this.batchCommitted();
    else this.#advance();
    return [];
  }

  batchCommitted(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    const last = batch.entries.at(-1);
    if (last !== undefined) {
      this.#head = { seq: last.seq, mark: last.mark };
      this.#logBytes = last.logBytes;
    }
    const acks = new Map<Appender, { ref: number; seq: number }[]>();
    batch.appends.forEach((append, i) => {
      const seq = batch.places[i] ?? 0;
      this.#recent?.add(digestKey(append.digest), seq);
      const list = acks.get(append.from) ?? [];
      list.push({ ref: append.ref, seq });
      acks.set(append.from, list);
      this.#release(append);
    });
    const acknowledge = () => {
      for (const [from, list] of acks) from.acknowledge(list);
    };
    if (batch.entries.length > 0) this.#events.stored(batch.entries.map(storedEntry), acknowledge);
    else acknowledge();
    this.#advance();
  }

  batchFailed(error: StoreError): void {
    const batch = this.#batch;
    this.#batch = undefined;
    this.#refuse([...(batch?.appends ?? []), ...this.#pending.splice(0)], error);
    this.#advance();
  }

  #advance(): void {
    if (this.#batch !== undefined || this.#preparing) return;
    const first = this.#pending[0];
    if (first === undefined && !this.#checksHead) {
      this.#events.idle();
      for (const wake of this.#idleWaiters.splice(0)) wake();
      return;
    }
    if (this.#held) return;
    const marksLarge = first?.body.type === 'spooled' && this.#largeMark === undefined;
    if (this.#headIsSure() && this.#recent !== undefined && !marksLarge) {
      this.#commits.request(this);
      return;
    }
    this.#preparing = true;
    this.#checksHead = false;
    void this.#prepare(first).then((error) => {
      this.#preparing = false;
      if (error !== undefined) this.#refuse(this.#pending.splice(0), error);
      this.#advance();
    });
  }

  /** Reads what the next batch needs: the head after a failure, the recent entries, the mark of a large entry. */
  async #prepare(first: PendingAppend | undefined): Promise<StoreError | undefined> {
    const failures = this.#failures;
    try {
      if (!this.#headIsSure()) await this.#readHead(failures);
      const recent = this.#recent ?? (await RecentEntries.load(this.#store, this.roomId));
      const body = first?.body;
      const mark =
        body?.type === 'spooled' ? await markOfBlocks(this.#head.mark, body.spool.blocks()) : undefined;
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

  async #readHead(failures: number): Promise<void> {
    const believed = this.#head;
    const record = await this.#store.room(this.roomId);
    const there = await this.#store.position(this.roomId, believed.seq);
    if (record === undefined) throw new StoreError('store-failed', `The store has lost room ${this.roomId}.`);
    this.#head = record.head;
    this.#logBytes = record.logBytes;
    this.#sureAfter = failures;
    if (there === undefined || !sameBytes(there.mark, believed.mark)) this.#events.historyLost();
    else if (record.head.seq > believed.seq) {
      const all = { ...record.head, logBytes: record.logBytes, bytes: undefined };
      this.#events.stored([all], () => {});
    }
  }

  #headIsSure(): boolean {
    return this.#sureAfter === this.#failures;
  }

  #refuse(appends: readonly PendingAppend[], error: StoreError): void {
    for (const append of appends) {
      this.#release(append);
      append.from.appendFailed(append.ref, error);
    }
  }

  #release(append: PendingAppend): void {
    append.from.released(append.body.type === 'inline' ? append.body.bytes.length : 0);
    // A spool that an entry took is no longer there to discard; a duplicate's or a refused one's is.
    if (append.body.type === 'spooled') void append.body.spool.discard();
  }
}

function sizeOf(body: EntryBody): number {
  return body.type === 'inline' ? body.bytes.length : body.spool.bytes;
}

function storedEntry({ seq, mark, logBytes, body }: NewEntry): StoredEntry {
  return { seq, mark, logBytes, bytes: body.type === 'inline' ? body.bytes : undefined };
}
