import type { Presence as SealedPresence } from '../protocol/client-messages.ts';
import type { Cursor } from '../protocol/ids.ts';
import type { SignedCheck } from './check-proof.ts';
import type { Clock } from './clock.ts';
import type { Journal } from './journal.ts';
import type { DocumentKeys } from './keys.ts';
import type { SealedSnapshot } from './sealing.ts';

/** What is too large to be sealed or opened beside typing. */
export type LargeKind = 'entry' | SealedSnapshot;

/** Seals and opens large payloads elsewhere. An entry or snapshot that does not open gives undefined. */
export interface LargeSealing {
  seal(kind: LargeKind, body: Uint8Array): Promise<Uint8Array>;
  open(kind: LargeKind, sealed: Uint8Array): Promise<Uint8Array | undefined>;
}

/** What a copy is made of. */
export interface CopyOptions {
  readonly keys: DocumentKeys;
  /** Make the document on the relay if it is not there: for new documents only. */
  readonly create: boolean;
  /** Access token of a private relay. */
  readonly token?: string;
  readonly journal: Journal;
  /** Why this journal keeps nothing, where that is known beforehand. */
  readonly journalTrouble?: string;
  readonly clock: Clock;
  /** Version of the program, where it is not this one's; for tests. */
  readonly program?: string;
  /** Seals and opens large entries away from typing; without it they are done in place. */
  readonly worker?: LargeSealing;
}

/** Whom a copy tells what. */
export interface CopyEvents {
  sendPresence(presence: SealedPresence): void;
  checkReceived(check: SignedCheck, memberId: number): void;
  /** These members say nothing any more; their numbers may be others' later. */
  membersLeft(memberIds: readonly number[]): void;
  /** Anything that the status shows may be different. */
  changed(): void;
  edited(): void;
  /** Reads the log again behind a cursor, or as a whole; false where it cannot now. */
  fetchAgain(from: Cursor | undefined): boolean;
  /** Yjs threw: the document in memory is to be loaded from the journal anew. */
  damaged(): void;
}
