import type { SnapshotOffer } from '../../protocol/client-messages.ts';
import { limits } from '../../protocol/limits.ts';
import type { LogStore } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import { type MemoryMember, MemoryRelay, settled } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

/** Ten entries of a `SnapshotRoom` are worth a snapshot. */
export const compaction = { minBytes: 999, afterMs: 3_600_000, offerWithinMs: 30_000 };

/** A relay in memory with one room that is written and compacted by hand. */
export class SnapshotRoom extends MemoryRelay<LogStore> {
  readonly document = newDocument();
  #refs = 1000;

  constructor(config: Partial<RelayConfig> = {}, store: LogStore = new MemoryLogStore()) {
    super(store, { compaction, ...config });
  }

  get roomId() {
    return this.document.roomId;
  }

  /** An editor that is live; the first one makes the room. */
  async editor(): Promise<MemoryMember> {
    return await this.join(this.document, { create: true });
  }

  /** Appends entries of 100 bytes, or as many as are given. */
  async write(member: MemoryMember, count: number, bytes?: number): Promise<void> {
    for (let i = 1; i <= count; i++) {
      member.append(this.#nextRef(), randomEntry(bytes));
      // With more under way it would be a flood.
      if (i % 10 === 0) await settled();
    }
    await settled();
    member.say({ event: 'confirm', message: { bytes: member.streamBytes } });
  }

  /** What the log has at a seq. */
  async cursorAt(seq: number) {
    const position = await this.store.position(this.roomId, seq);
    return { seq, mark: position?.mark ?? randomEntry(16) };
  }

  /** Announces a snapshot of everything up to `seq`, as the editor was asked; gives its ref. */
  async announce(member: MemoryMember, seq: number, changes: Partial<SnapshotOffer> = {}): Promise<number> {
    const previousSeq = member.all('snapshot-request').at(-1)?.previousSeq ?? 0;
    const message = {
      ref: this.#nextRef(),
      previousSeq,
      cursor: await this.cursorAt(seq),
      unopened: [],
      ...changes,
    };
    member.say({ event: 'snapshot', message });
    await settled();
    return message.ref;
  }

  /** Uploads the bytes of an announced snapshot, each chunk when the one before is answered. */
  async upload(member: MemoryMember, ref: number, bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += limits.chunkBytes)
      await this.uploadChunk(member, ref, bytes, offset);
  }

  async uploadChunk(member: MemoryMember, ref: number, bytes: Uint8Array, offset: number): Promise<void> {
    const chunk = bytes.subarray(offset, offset + limits.chunkBytes);
    member.say({
      event: 'upload',
      message: { ref, kind: 'snapshot', total: bytes.length, offset, chunk },
    });
    await settled();
  }

  /** Announces and uploads a snapshot, and gives its ref. */
  async offer(
    member: MemoryMember,
    seq: number,
    changes: Partial<SnapshotOffer> & { readonly bytes?: Uint8Array } = {},
  ): Promise<number> {
    const { bytes = randomEntry(500), ...offer } = changes;
    const ref = await this.announce(member, seq, offer);
    await this.upload(member, ref, bytes);
    return ref;
  }

  /** Writes ten entries and compacts them: a snapshot at the head that the relay has asked this member for. */
  async compacted(
    member: MemoryMember,
    changes: Partial<SnapshotOffer> & { readonly bytes?: Uint8Array } = {},
  ): Promise<number> {
    await this.write(member, 10);
    const seq = (await this.store.room(this.roomId))?.head.seq ?? 0;
    const ref = await this.offer(member, seq, changes);
    if (!member.acked.some(([acked]) => acked === ref))
      throw new Error(`the snapshot at ${seq} was not taken`);
    return seq;
  }

  #nextRef(): number {
    this.#refs += 1;
    return this.#refs;
  }
}

/** Seqs that a member was asked to replace, in order. */
export function asked(member: MemoryMember): number[] {
  return member.all('snapshot-request').map(({ previousSeq }) => previousSeq);
}

/** Codes and refs that a member was refused, in order. */
export function refusals(member: MemoryMember): [code: string, ref: number | undefined][] {
  return member.all('refused').map(({ code, ref }) => [code, ref]);
}

/** The stream a member was sent since its last join, in order: `snapshot 10`, `entry 11`, `part 12`, `live 12`. */
export function streamOf(member: MemoryMember): string[] {
  const lastJoin = member.received.findLastIndex(({ event }) => event === 'joined');
  const stream = member.received.slice(lastJoin).flatMap(({ event, message }) => {
    if (event === 'entries') return message.entries.map((_, i) => `entry ${message.firstSeq + i}`);
    if (event === 'part') return [`part ${message.seq}`];
    if (event === 'snapshot-part') return [`snapshot ${message.cursor.seq}`];
    return event === 'live' ? [`live ${message.seq}`] : [];
  });
  return stream.filter((each, i) => each !== stream[i - 1]);
}

/** The bytes of the snapshot a member was sent. */
export function snapshotOf(member: MemoryMember): Buffer {
  return Buffer.concat(member.all('snapshot-part').map(({ chunk }) => chunk));
}
