import { type ClientMessage, encodeClientMessage } from '../../protocol/client-messages.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import type { Cursor } from '../../protocol/ids.ts';
import { nextMark } from '../../protocol/marks.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { joinMessage } from '../../sync/join.ts';
import { type DocumentKeys, deriveKeys } from '../../sync/keys.ts';
import { waitFor } from '../app/wait-for.ts';
import { sha256 } from '../relay/test-document.ts';
import { binary, bytes } from './hostile-bytes.ts';
import type { AttackLine } from './hostile-run.ts';
import type { Random } from './random.ts';

/** Refs of the questions by which an editor knows that what came before was read. */
const firstMarker = 1_000_000_000;

/** Someone who edits a document of his own, as anyone may, and sends what he likes. */
export class HostileEditor {
  readonly random: Random;
  readonly keys: DocumentKeys = deriveKeys(newDocumentSecret());
  /** Frames it has sent that may have made an entry. */
  framesSent = 0;
  readonly #line: AttackLine;
  readonly #host: string;
  #lastRef = 0;
  #markers = 0;
  /** Messages there were when it sent the last join. */
  #joinedFrom = 0;

  constructor(line: AttackLine, random: Random, host: string) {
    this.#line = line;
    this.random = random;
    this.#host = host;
  }

  /** What the join of the new document is answered. */
  async joins(): Promise<string> {
    const [first] = this.#line.messages;
    if (first?.event === 'refused') return first.message.code;
    this.send(this.join());
    const answer = () => this.#line.messages.find(({ event }) => event === 'joined' || event === 'refused');
    await waitFor('an answer to the join', () => this.#line.closed || answer() !== undefined, this.#seen);
    const found = answer();
    if (found?.event !== 'joined') return found?.event === 'refused' ? found.message.code : 'closed';
    await this.live();
    return 'joined';
  }

  /** A join with a proof that holds. */
  join(): ClientMessage {
    const [hello] = this.#line.messages;
    if (hello?.event !== 'hello') throw new Error(`not greeted: ${this.#line.describe()}`);
    const { nonce } = hello.message;
    const terms = { nonce, host: this.#host, token: '', cursor: undefined, beforeSeq: 0, create: true };
    return joinMessage(this.keys, terms);
  }

  /** Waits until the last join it sent is through. */
  async live(): Promise<void> {
    const { messages } = this.#line;
    const isLive = () => messages.slice(this.#joinedFrom).some(({ event }) => event === 'live');
    await waitFor('the join to be through', () => this.#line.closed || isLive(), this.#seen);
  }

  /** A number that this editor has not used. */
  ref(): number {
    this.#lastRef += 1;
    return this.#lastRef;
  }

  send(...messages: readonly ClientMessage[]): void {
    if (messages.some(({ event }) => event === 'join')) this.#joinedFrom = this.#line.messages.length;
    this.frames(...messages.map((message) => encodeFrame(message.event, encodeClientMessage(message))));
  }

  /** Sends any bytes as messages of WebSocket. */
  frames(...frames: readonly Uint8Array[]): void {
    this.framesSent += frames.length;
    this.#line.bytes(Buffer.concat(frames.map(binary)));
  }

  append(ref: number, entry: Uint8Array): void {
    this.send({ event: 'append', message: { ref, entry } });
  }

  chunk(kind: 'entry' | 'snapshot', ref: number, total: number, offset: number, length: number): void {
    const chunk = bytes(this.random, length);
    this.send({ event: 'upload', message: { ref, kind, total, offset, chunk } });
  }

  /** What a ref is answered, each time it is: `ack`, the code of a refusal, or how the connection ended. */
  async answers(ref: number, count = 1): Promise<string> {
    const found = () =>
      this.#line.messages.flatMap((each) => {
        if (each.event === 'refused') return each.message.ref === ref ? [each.message.code] : [];
        if (each.event === 'milestone-list' || each.event === 'milestone-part')
          return each.message.ref === ref ? [each.event] : [];
        return each.event === 'ack'
          ? each.message.acks.flatMap((ack) => (ack.ref === ref ? ['ack'] : []))
          : [];
      });
    await waitFor(
      `${count} answers to ${ref}`,
      () => this.#line.closed || found().length >= count,
      this.#seen,
    );
    return found().length >= count ? found().join(', ') : this.ending();
  }

  /** What came of all that was sent: the first refusal that names no ref of a marker, how the connection ended, or `goes on`. */
  async aftermath(): Promise<string> {
    const { messages } = this.#line;
    const ref = firstMarker + this.#markers++;
    const from = messages.length;
    this.send({ event: 'milestones', message: { ref } });
    const answer = await this.answers(ref);
    if (this.#line.closed) return this.ending();
    const refused = messages.slice(from).find((each) => each.event === 'refused' && each.message.ref !== ref);
    if (refused?.event === 'refused') return refused.message.code;
    return answer === 'milestone-list' || answer === 'wrong-state' ? 'goes on' : answer;
  }

  /** Bytes of an upload that are answered. */
  async received(ref: number, count: number): Promise<void> {
    const isReceived = () =>
      this.#line.messages.some(
        (each) => each.event === 'received' && each.message.ref === ref && each.message.bytes >= count,
      );
    await waitFor(`${count} bytes to be received`, () => this.#line.closed || isReceived(), this.#seen);
  }

  /** Fills the log until the relay asks for a snapshot, and gives where the log is then. */
  async asked(): Promise<Cursor> {
    for (let i = 0; i < 2; i++) {
      const ref = this.ref();
      this.append(ref, bytes(this.random, 40_000));
      await this.answers(ref);
    }
    const { messages } = this.#line;
    const isAsked = () => messages.some(({ event }) => event === 'snapshot-request');
    const isAt = () => this.#line.closed || (isAsked() && this.position().seq === 2);
    await waitFor('a request for a snapshot', isAt, this.#seen);
    return this.position();
  }

  /** Seq and mark of what it has been sent. */
  position(): Cursor {
    let at: Cursor | undefined;
    for (const each of this.#line.messages) {
      if (each.event === 'joined') at = each.message.from;
      if (each.event !== 'entries' || at === undefined) continue;
      for (const entry of each.message.entries)
        at = { seq: at.seq + 1, mark: nextMark(sha256, at.mark, entry) };
    }
    if (at === undefined) throw new Error('not joined');
    return at;
  }

  /** The highest seq that was acknowledged; of a snapshot too, whose seq is of an entry. */
  get acknowledged(): number {
    const acks = this.#line.messages.flatMap((each) => (each.event === 'ack' ? each.message.acks : []));
    return Math.max(0, ...acks.map(({ seq }) => seq));
  }

  /** How the connection ended: the code of the refusal, or `closed`. */
  ending(): string {
    const last = this.#line.messages.findLast(({ event }) => event === 'refused');
    return last?.event === 'refused' && last.message.ref === undefined ? last.message.code : 'closed';
  }

  readonly #seen = { seen: () => this.#line.describe() };
}
