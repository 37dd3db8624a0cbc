import type { RefusalCode } from '../protocol/refusals.ts';

/** Where a copy stands towards its relay. One union; each state holds only what it means. Times are ms since 1970. */
export type ConnectionStatus =
  /** The journal is being read; the network has not been asked yet. */
  | { readonly state: 'loading' }
  /** No connection: by the person's wish, or because the relay does not answer. Tried again by itself unless `asked`. */
  | { readonly state: 'offline'; readonly sinceMs: number; readonly asked: boolean }
  | { readonly state: 'connecting' }
  /** Receiving what others wrote; bytes of the stream, `totalBytes` as announced at the join. */
  | { readonly state: 'catching-up'; readonly receivedBytes: number; readonly totalBytes: number }
  /** Everything received; what the relay lacks of this copy is being found out. */
  | { readonly state: 'checking' }
  | { readonly state: 'live' }
  /**
   * A final no. `refusals[code].sentence` is for people, `detail` for the curious. `damaged-copy` is this program's own:
   * an entry has damaged the document in memory, and opening it anew mends that.
   */
  | {
      readonly state: 'refused';
      readonly code: RefusalCode | 'unknown' | 'damaged-copy';
      readonly detail: string;
    }
  | { readonly state: 'closed' };

/** Bytes of a large change on their way: what the relay has confirmed of what there is. */
export interface UploadProgress {
  readonly sentBytes: number;
  readonly totalBytes: number;
}

/** All that a person is told about a copy (G4). A new object for every change. */
export interface Status {
  readonly connection: ConnectionStatus;
  /** Local edits the relay has not acknowledged as on its disk (G1). */
  readonly unsaved: number;
  /** True exactly when live, with nothing unsaved. The only ground for saying "Saved". */
  readonly saved: boolean;
  /** Set while a large change is sent. */
  readonly upload: UploadProgress | undefined;
  /** Why this computer could not keep the newest edits in its journal; undefined while it can. Tried again by itself. */
  readonly journalTrouble: string | undefined;
  /** Another copy with the same history has another text (G3): say so loudly and offer to export. */
  readonly diverged: boolean;
  /** Text waits for a change that is not there, such as one that the relay has lost and whose writer is away. */
  readonly incomplete: boolean;
  /** Entries of the log that did not open; see diagnostics. */
  readonly unopened: number;
}
