import * as Y from 'yjs';
import { seal } from '../../../sync/sealing.ts';
import { editedProse, type LongDocument, paperDocument } from '../client/long-documents.ts';
import { documentOf } from './inkroom-member.ts';

const largeChars = 20_000_000;
const editsOfLarge = 20_000;

/** A document as an update that holds all of it. */
export interface LargeDocument {
  readonly name: string;
  readonly state: Uint8Array;
}

/** The history of a paper, and twenty megabytes of prose that was edited all over. */
export function largeDocuments(): readonly LargeDocument[] {
  return [
    { name: 'paper', state: stateOf(paperDocument()) },
    { name: '20 MB', state: stateOf(editedProse(largeChars, editsOfLarge)) },
  ];
}

/** The document as a client of ours would send it: deflated and sealed. */
export function sealedState(room: string, { state }: LargeDocument): Uint8Array {
  return seal({ roomId: documentOf(room).roomId, contentKey: new Uint8Array(32) }, 'entry', state);
}

function stateOf({ updates }: LongDocument): Uint8Array {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return Y.encodeStateAsUpdate(doc);
}
