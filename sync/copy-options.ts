import type { Presence as SealedPresence } from '../protocol/client-messages.ts';
import type { Clock } from './clock.ts';
import type { CopyCheck } from './divergence.ts';
import type { EntryOpener } from './inbound.ts';
import type { Journal } from './journal.ts';
import type { DocumentKeys } from './keys.ts';
import type { EntrySealer } from './outbox.ts';

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
  /** Seals and opens large entries away from typing; without it they are done in place. */
  readonly worker?: { readonly seal: EntrySealer['later']; readonly open: EntryOpener['later'] };
}

/** Whom a copy tells what. */
export interface CopyEvents {
  sendPresence(presence: SealedPresence): void;
  checkReceived(check: CopyCheck): void;
  /** Anything that the status shows may be different. */
  changed(): void;
  edited(): void;
  /** Yjs threw: the document in memory is to be loaded from the journal anew. */
  damaged(): void;
}
