import type { Cursor } from '../protocol/ids.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { EntryFrame } from './entry-frames.ts';
import { entryFrames } from './entry-frames.ts';
import type { Publisher } from './fan-out.ts';
import type { StoredEntry } from './pending-append.ts';
import { PreparedFrame } from './prepared-frame.ts';
import type { RoomMember } from './room-member.ts';
import { UnpublishedEntries } from './unpublished-entries.ts';

/** Where the live members of an audience are in the log, and the bytes of all entries up to there. */
export interface Published {
  readonly cursor: Cursor;
  readonly logBytes: number;
}

/** A frame to so many is some 2 ms, after which the relay reads and writes before the next audience has its turn. */
export const mostAudienceMembers = 128;

/**
 * Members of one room who are sent its log together; a crowd is several audiences, so that it is not served in one piece.
 * Each is sent every entry in order, and is for a moment less far than another one (rule A6).
 */
export class Audience implements Publisher {
  readonly #members = new Set<RoomMember>();
  readonly #live = new Set<RoomMember>();
  readonly #unpublished = new UnpublishedEntries();
  readonly #onPublished: () => void;
  readonly #onFellBehind: (member: RoomMember) => void;
  #published: Published;
  /** Members of the room who left and of whom these have not been told. */
  #left: number[] = [];

  constructor(options: {
    published: Published;
    onPublished: () => void;
    /** The member is live no longer. */
    onFellBehind: (member: RoomMember) => void;
  }) {
    this.#published = options.published;
    this.#onPublished = options.onPublished;
    this.#onFellBehind = options.onFellBehind;
  }

  /** What its live members have been sent: the head for everyone who joins it now (rule J4). */
  get published(): Published {
    return this.#published;
  }

  get size(): number {
    return this.#members.size;
  }

  get live(): Iterable<RoomMember> {
    return this.#live;
  }

  /** Takes in a member where others are at `seq`: this audience is not left behind them. */
  join(member: RoomMember, seq: number): void {
    if (this.#published.cursor.seq < seq) this.publish();
    this.#members.add(member);
  }

  leave(member: RoomMember): void {
    this.#members.delete(member);
    this.#live.delete(member);
  }

  /** The member has been sent everything that is published and gets what follows as it is published. */
  enterLive(member: RoomMember): void {
    this.#live.add(member);
  }

  /** These are durable and follow those before; they leave when it is published. */
  add(entries: readonly StoredEntry[]): void {
    this.#unpublished.add(entries);
  }

  /** `acknowledge` is called just before the entries leave. */
  addAcknowledgement(acknowledge: () => void): void {
    this.#unpublished.addAcknowledgement(acknowledge);
  }

  /** Its members are told of this one who left when it is published. */
  addLeft(memberId: number): void {
    this.#left.push(memberId);
  }

  /** Sends durable entries to the live members, in one frame unless they are over its limit (rules A6 and S2). */
  publish(): void {
    this.#sendLeft();
    for (const frame of entryFrames(this.#unpublished.take())) this.#publishFrame(frame);
    for (const member of this.#members) if (!this.#live.has(member)) member.moreToRead();
    this.#onPublished();
  }

  /** The store no longer has what it had: nothing of it is sent or acknowledged any more. Its members are where nobody is. */
  forget(published: Published): void {
    this.#unpublished.drop();
    this.#published = published;
  }

  /** Everyone has to join again. */
  expelAll(): void {
    for (const member of this.#members) member.expel();
  }

  snapshotCommitted(): void {
    for (const member of this.#members) member.snapshotCommitted();
  }

  #sendLeft(): void {
    if (this.#left.length === 0) return;
    const frame = new PreparedFrame('left', encodeRelayMessage({ event: 'left', message: this.#left }));
    this.#left = [];
    for (const member of this.#members) member.sendShared(frame);
  }

  #publishFrame({ firstSeq, last, entries }: EntryFrame): void {
    const before = this.#published.cursor.seq;
    this.#published = { cursor: { seq: last.seq, mark: last.mark }, logBytes: last.logBytes };
    if (entries === undefined) {
      for (const member of this.#live) this.#toLog(member, before);
      return;
    }
    if (this.#live.size === 0) return;
    const payload = encodeRelayMessage({ event: 'entries', message: { firstSeq, entries } });
    const frame = new PreparedFrame('entries', payload);
    for (const member of this.#live) if (!member.deliver(frame)) this.#toLog(member, last.seq);
  }

  #toLog(member: RoomMember, seq: number): void {
    this.#live.delete(member);
    this.#onFellBehind(member);
    member.fellBehind(seq);
  }
}
