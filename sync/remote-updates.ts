import * as Y from 'yjs';
import { hasValuesInMapsOnly, hasValuesInText, isPlain, partsOf } from './plain-content.ts';

/** Origin of transactions that apply the relay's entries. */
export const relayOrigin = Symbol('relay');

/**
 * Takes one update into the document: refused where it is none, or one that has no place in a document; damaging where
 * Yjs threw over it.
 */
export type Take = (update: Uint8Array) => 'taken' | 'refused' | 'damaging';

/** The door through which others' updates come into a document. */
export class RemoteUpdates {
  constructor(
    private readonly doc: Y.Doc,
    /** Yjs or someone who follows the document threw, maybe half way: the one in memory is not to be relied on. */
    private readonly onDamaged: () => void,
  ) {}

  /**
   * One transaction, and not a local one: its changes are the relay's already. Gives the rows for the journal: what the
   * document took, as one update of joined pieces where it is whole.
   */
  transact(run: (take: Take) => void): readonly Uint8Array[] {
    const { doc } = this;
    const taken: Uint8Array[] = [];
    const changes: Uint8Array[] = [];
    const keep = (update: Uint8Array, origin: unknown) => {
      if (origin === relayOrigin) changes.push(update);
    };
    let isWhole = true;
    const damaged = () => {
      isWhole = false;
      this.onDamaged();
    };
    const take: Take = (update) => {
      const structs = structsOf(update);
      if (structs === undefined || !isPlain(structs) || !hasValuesInMapsOnly(doc, structs)) return 'refused';
      try {
        Y.applyUpdate(doc, update, relayOrigin);
        if (hasValuesInText(doc, structs)) throw new Error('values in the text');
      } catch {
        damaged();
        return 'damaging';
      }
      taken.push(update);
      return 'taken';
    };
    doc.on('update', keep);
    try {
      Y.transact(doc, () => run(take), relayOrigin, false);
    } catch {
      damaged();
    } finally {
      doc.off('update', keep);
    }
    // What waits in the document for updates it builds on is in no change yet.
    isWhole &&= doc.store.pendingStructs === null && doc.store.pendingDs === null;
    if (isWhole) return changes;
    return taken.length === 0 ? [] : [Y.mergeUpdates(taken)];
  }
}

/** Whether Yjs takes an update without throwing and without values between letters, tried in a document of its own. */
export function appliesCleanly(update: Uint8Array): boolean {
  const structs = structsOf(update);
  if (structs === undefined) return false;
  const scratch = new Y.Doc();
  partsOf(scratch);
  try {
    Y.applyUpdate(scratch, update);
    return !hasValuesInText(scratch, structs);
  } catch {
    return false;
  } finally {
    scratch.destroy();
  }
}

/** The parts of an update, or undefined where it is none. */
function structsOf(update: Uint8Array): ReturnType<typeof Y.decodeUpdate>['structs'] | undefined {
  try {
    return Y.decodeUpdate(update).structs;
  } catch {
    return undefined;
  }
}
