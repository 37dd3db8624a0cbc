import type { EntryBody, StoreError } from './log-store.ts';

/** An append and the place it has in the log. */
export interface Acknowledgement {
  readonly ref: number;
  readonly seq: number;
}

/** What each of those who appended is to be told. */
export type Acknowledgements = ReadonlyMap<Appender, readonly Acknowledgement[]>;

/** Who appended something and is told what became of it. */
export interface Appender {
  /** These are on disk (rule A2). */
  acknowledge(acks: readonly Acknowledgement[]): void;
  /** This one was not stored. */
  appendFailed(ref: number, error: StoreError): void;
  /** An append with this many bytes in memory is no longer held for this appender, whatever became of it. */
  released(bytes: number): void;
}

/** An append that waits for its write. `digest` is the SHA-256 of its bytes. */
export interface PendingAppend {
  readonly from: Appender;
  readonly ref: number;
  readonly digest: Uint8Array;
  readonly body: EntryBody;
}

/** An entry that is on disk and has not been published; without bytes where readers must take it from the log. */
export interface StoredEntry {
  readonly seq: number;
  readonly mark: Uint8Array;
  readonly logBytes: number;
  readonly bytes: Uint8Array | undefined;
}
