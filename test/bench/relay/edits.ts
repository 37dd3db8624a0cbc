import { randomBytes } from 'node:crypto';
import * as Y from 'yjs';

/** What a writer sends: its edits by number. All are made before they are needed, so that making them is not measured. */
export interface Edits {
  /** Makes the first `count` edits of a writer. */
  prepare(writer: number, count: number): void;
  edit(writer: number, counter: number): Uint8Array;
}

/** An edit as a receiver finds it. */
export type OnEdit = (writer: number, counter: number) => void;

/** A keystroke sealed: a Yjs update of 25 bytes, 24 of nonce, 16 of tag, version and flags. */
const sealedBytes = 67;

/**
 * Sealed keystrokes as a relay sees them: bytes that mean nothing. Writer and counter are where the nonce is, so that a
 * receiver knows the edit without opening it.
 */
export class SealedEdits implements Edits {
  readonly #filling: Buffer;

  constructor(bytes = sealedBytes) {
    this.#filling = randomBytes(bytes);
  }

  prepare(): void {}

  edit(writer: number, counter: number): Uint8Array {
    const entry = Buffer.from(this.#filling);
    entry[0] = 1;
    entry.writeUInt32LE(writer, 1);
    entry.writeUInt32LE(counter, 5);
    return entry;
  }
}

/** Tells the writer and counter of a `SealedEdits` entry that starts at this offset. */
export function readSealedEdit(bytes: Buffer, offset: number, onEdit: OnEdit): void {
  onEdit(bytes.readUInt32LE(offset + 1), bytes.readUInt32LE(offset + 5));
}

/** Yjs client ids are random 32-bit numbers; these have as many bytes and tell the writer. */
const firstClientId = 3_000_000_000;

/** Real Yjs updates: every writer types at the end of its own text, one letter an edit. */
export class YjsEdits implements Edits {
  readonly #writers = new Map<number, { readonly text: Y.Text; readonly updates: Uint8Array[] }>();

  prepare(writer: number, count: number): void {
    let typing = this.#writers.get(writer);
    if (typing === undefined) {
      const doc = new Y.Doc();
      doc.clientID = firstClientId + writer;
      const updates: Uint8Array[] = [];
      doc.on('update', (update: Uint8Array) => updates.push(update));
      typing = { text: doc.getText('content'), updates };
      this.#writers.set(writer, typing);
    }
    while (typing.updates.length < count) typing.text.insert(typing.text.length, 'a');
  }

  edit(writer: number, counter: number): Uint8Array {
    this.prepare(writer, counter + 1);
    const update = this.#writers.get(writer)?.updates[counter];
    if (update === undefined) throw new Error(`writer ${writer} has no edit ${counter}`);
    return update;
  }
}

/** Tells every edit in an update, which a server may have merged from many. Edits of others than `YjsEdits` are left out. */
export function readYjsEdits(update: Uint8Array, onEdit: OnEdit): void {
  for (const struct of Y.decodeUpdate(update).structs) {
    const writer = struct.id.client - firstClientId;
    if (writer < 0) continue;
    for (let i = 0; i < struct.length; i++) onEdit(writer, struct.id.clock + i);
  }
}
