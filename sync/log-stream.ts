import type { Cursor } from '../protocol/ids.ts';
import type { RelayMessage } from '../protocol/relay-messages.ts';
import { Confirmations } from './confirmations.ts';
import type { LinkedCopy } from './linked-copy.ts';
import type { LogReader, ReadResult } from './log-reader.ts';

/** Messages of which a stream consists. */
export type StreamMessage = RelayMessage & {
  readonly event: 'entries' | 'part' | 'snapshot-part' | 'live';
};

/** What a stream tells its link. Nothing is told after `end` where nothing else is said. */
export interface LogStreamEvents {
  /** This many bytes of payload have been processed in all (rule S4). */
  confirm(processedBytes: number): void;
  /** This many more bytes are in the document. */
  progress(bytes: number): void;
  notMyHistory(): void;
  /** The snapshot at this seq does not open here (rule S6). Told after `end`, too: the reader's cursor stands on it. */
  snapshotUnopened(seq: number): void;
  /** Everything up to the head is in the document. */
  caughtUp(): void;
}

/** The log as one join gives it: read, handed to the copy in order, and confirmed when it is in the document. */
export class LogStream {
  readonly #confirmations: Confirmations;
  #ended = false;

  constructor(
    private readonly reader: LogReader,
    private readonly copy: LinkedCopy,
    private readonly events: LogStreamEvents,
  ) {
    this.#confirmations = new Confirmations((bytes) => events.confirm(bytes));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The connection is gone or joins anew. What was received is still applied. */
  end(): void {
    this.#ended = true;
  }

  handle({ event, message }: StreamMessage, payloadBytes: number): void {
    if (this.#ended) return;
    switch (event) {
      case 'entries':
        this.#take(this.reader.entries(message), payloadBytes);
        return;
      case 'part':
        this.#take(this.reader.part(message), payloadBytes);
        return;
      case 'snapshot-part':
        this.#take(this.reader.snapshotPart(message), payloadBytes);
        return;
      case 'live':
        this.#live(message);
        return;
      default:
        event satisfies never;
    }
  }

  #take(result: ReadResult, payloadBytes: number): void {
    if (!result.ok) {
      this.events.notMyHistory();
      return;
    }
    const applied = () => {
      if (this.#ended) return;
      this.events.progress(payloadBytes);
      this.#confirmations.processed(payloadBytes);
    };
    const { cursor } = this.reader;
    const { entries, snapshot } = result;
    if (snapshot !== undefined) {
      this.copy.receivedSnapshot(snapshot, (opened) => {
        if (opened) applied();
        else this.events.snapshotUnopened(snapshot.cursor.seq);
      });
    } else if (entries.length > 0 && cursor !== undefined) this.copy.received(entries, cursor, applied);
    else this.copy.afterReceived(applied);
  }

  #live(head: Cursor): void {
    if (!this.reader.live(head)) {
      this.events.notMyHistory();
      return;
    }
    this.copy.afterReceived(() => {
      if (!this.#ended) this.events.caughtUp();
    });
  }
}
