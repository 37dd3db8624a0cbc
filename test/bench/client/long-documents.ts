import * as Y from 'yjs';
import { readPaperTrace } from '../../fixtures/paper-trace.ts';
import { seededRandom } from '../../fuzz/random.ts';

/** A document as its writers' updates, one an edit, and as the text they give. */
export interface LongDocument {
  readonly updates: readonly Uint8Array[];
  readonly text: string;
}

/** The history of a paper in 259,778 edits, or the first `count` of them. */
export function paperDocument(count = Number.POSITIVE_INFINITY): LongDocument {
  const { patches } = readPaperTrace();
  return record((text) => {
    for (const [position, deleted, inserted] of patches.slice(0, count)) {
      if (deleted > 0) text.delete(position, deleted);
      if (inserted !== '') text.insert(position, inserted);
    }
  });
}

const letters = [...'etaoinshrdlucmfwyp'];

/**
 * Prose of `length` letters that was pasted and then edited in `edits` places all over, so that Yjs holds it in many
 * pieces as it does a text that people have worked on. The same each time.
 */
export function editedProse(length: number, edits: number): LongDocument {
  const random = seededRandom(7);
  const letter = () => random.pick(letters);
  const word = () => Array.from({ length: 2 + random.below(8) }, letter).join('');
  let prose = '';
  for (let words = 1; prose.length < length; words++)
    prose += word() + (words % 120 === 0 ? '.\n\n' : words % 14 === 0 ? '\n' : ' ');
  return record((text) => {
    text.insert(0, prose.slice(0, length));
    for (let edit = 0; edit < edits; edit++) {
      const at = random.below(length - 10);
      text.insert(at, letter());
      text.delete(at + 2, 1);
    }
  });
}

/** The same document with all of its updates as one. */
export function asOneEntry({ updates, text }: LongDocument): LongDocument {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return { updates: [Y.encodeStateAsUpdate(doc)], text };
}

function record(write: (text: Y.Text) => void): LongDocument {
  const doc = new Y.Doc();
  doc.clientID = 1;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  const text = doc.getText('content');
  write(text);
  return { updates, text: text.toString() };
}
