import type { ClientMessage } from '../protocol/client-messages.ts';
import type { MilestonePart, Milestones } from '../protocol/milestone-messages.ts';
import type { RelayMessage } from '../protocol/relay-messages.ts';

/** What the relay answers to a request, or that the connection it was made on is gone. */
export type SideAnswer =
  | { readonly type: 'acknowledged'; readonly seq: number }
  | { readonly type: 'received'; readonly bytes: number }
  | { readonly type: 'refused'; readonly code: string; readonly detail: string }
  | { readonly type: 'list'; readonly list: Milestones }
  | { readonly type: 'part'; readonly part: MilestonePart }
  | { readonly type: 'lost' };

/** Messages that may answer a request. */
export type SideMessage = RelayMessage & {
  readonly event: 'ack' | 'received' | 'refused' | 'snapshot-request' | 'milestone-list' | 'milestone-part';
};

/** Refs of requests start here, above all that an outbox gives to its entries. */
const firstRef = 2 ** 32;

/**
 * Requests beside the log, snapshots and milestones: what is answered to them concerns neither the outbox nor the
 * connection (rules C4, C7 and C8).
 */
export class SideRequests {
  readonly #waiting = new Map<number, (answer: SideAnswer) => void>();
  #send: ((message: ClientMessage) => void) | undefined;
  #nextRef = firstRef;

  /** Called when the relay asks for a snapshot that replaces the one at this seq. */
  onSnapshotRequest: (previousSeq: number) => void = () => {};

  /** Called when the connection is gone. */
  onShut: () => void = () => {};

  /** Whether the relay takes requests now. */
  get isOpen(): boolean {
    return this.#send !== undefined;
  }

  /** A join has been accepted. */
  open(send: (message: ClientMessage) => void): void {
    this.#send = send;
  }

  /** The connection is gone: whoever waits is told `lost`. */
  shut(): void {
    this.#send = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const answered of waiting) answered({ type: 'lost' });
    this.onShut();
  }

  /** A ref for a request, whose answers go to `answered` until `end`. */
  begin(answered: (answer: SideAnswer) => void): number {
    const ref = this.#nextRef;
    this.#nextRef += 1;
    this.#waiting.set(ref, answered);
    return ref;
  }

  /** Nothing more is awaited. */
  end(ref: number): void {
    this.#waiting.delete(ref);
  }

  /** Sends on the present connection; nothing where there is none. */
  send(message: ClientMessage): void {
    this.#send?.(message);
  }

  /** Takes a message; true where it was about a request and nothing else. */
  heard({ event, message }: SideMessage): boolean {
    switch (event) {
      case 'snapshot-request':
        this.onSnapshotRequest(message.previousSeq);
        return true;
      case 'ack':
        for (const { ref, seq } of message.acks) this.#answer(ref, { type: 'acknowledged', seq });
        return false;
      case 'received':
        return this.#answer(message.ref, { type: 'received', bytes: message.bytes });
      case 'refused':
        return this.#answer(message.ref ?? 0, {
          type: 'refused',
          code: message.code,
          detail: message.detail,
        });
      case 'milestone-list':
        return this.#answer(message.ref, { type: 'list', list: message });
      case 'milestone-part':
        return this.#answer(message.ref, { type: 'part', part: message });
      default:
        return event satisfies never;
    }
  }

  #answer(ref: number, answer: SideAnswer): boolean {
    this.#waiting.get(ref)?.(answer);
    return ref >= firstRef;
  }
}
