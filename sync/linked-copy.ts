import type { Cursor } from '../protocol/ids.ts';
import type { Joined } from '../protocol/joining-messages.ts';
import type { RelayMessage } from '../protocol/relay-messages.ts';
import type { DocumentKeys } from './keys.ts';
import type { ReceivedEntry, ReceivedSnapshot } from './log-reader.ts';
import type { OutboxLink } from './upload.ts';

/** Messages that concern the copy and not the connection. */
export type HeardMessage = RelayMessage & { readonly event: 'ack' | 'received' | 'peers' | 'left' };

/** The copy as its link to the relay sees it. */
export interface LinkedCopy {
  readonly keys: DocumentKeys;
  /** Access token of a private relay, else empty. */
  readonly token: string;
  /** Whether a document that the relay does not know may be made there from this copy. */
  canPublish(): boolean;
  /** Make the document with the first join. */
  readonly create: boolean;
  /**
   * A stream begins; true when, once it is complete, the copy must be compared with what was loaded. With `compactFirst` its
   * appends wait for a snapshot that is made of this load (rule C6).
   */
  streamStarts(joined: Joined, compactFirst: boolean): boolean;
  /** Entries in order; calls `applied` when they are in the document. */
  received(entries: readonly ReceivedEntry[], cursor: Cursor, applied: () => void): void;
  /** The snapshot with which a stream starts; calls `done` with whether it opened and is in the document. */
  receivedSnapshot(snapshot: ReceivedSnapshot, done: (opened: boolean) => void): void;
  /** Runs `task` when everything received so far is in the document. */
  afterReceived(task: () => void): void;
  /** The stream is complete and nothing has to be compared. */
  caughtUp(): void;
  /** The stream is complete and must be compared while `isStill()`; calls `done` when what the relay lacks is in the outbox. */
  compare(isStill: () => boolean, done: () => void): void;
  /** The relay said yes. `appends` takes local changes from now on; undefined for viewers. */
  joined(appends: OutboxLink | undefined): void;
  /** Connection gone, or not joined any more. */
  notJoined(): void;
  /** Acknowledgements, uploads and presence. */
  heard(message: HeardMessage): void;
  changed(): void;
}
