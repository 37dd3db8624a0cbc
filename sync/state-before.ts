import * as Y from 'yjs';

interface Stretch {
  readonly clock: number;
  readonly len: number;
}

/**
 * The document as it was before a transaction. To be called while its observers run, when what it has deleted is still
 * there; what that gives makes the update (V1), which can wait for a quiet moment.
 */
export function stateBefore({ doc, beforeState, deleteSet }: Y.Transaction): () => Uint8Array {
  const after = Y.encodeStateAsUpdate(doc);
  const clocks = new Map(beforeState);
  const deletedSince = new Map([...deleteSet.clients].map(([client, deleted]) => [client, [...deleted]]));
  return () => {
    const copy = new Y.Doc({ gc: false });
    Y.applyUpdate(copy, after);
    const deletedBefore = Y.createDeleteSet();
    for (const [client, deleted] of Y.snapshot(copy).ds.clients) {
      const left = without(deleted, deletedSince.get(client) ?? []);
      if (left.length > 0) deletedBefore.clients.set(client, [...left]);
    }
    const before = Y.createDocFromSnapshot(copy, Y.createSnapshot(deletedBefore, clocks));
    const update = Y.encodeStateAsUpdate(before);
    before.destroy();
    copy.destroy();
    return update;
  };
}

/** What of some stretches is in none of others; both are in order and do not overlap among themselves. */
function without(stretches: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  const left: Stretch[] = [];
  let at = 0;
  for (const { clock, len } of stretches) {
    let from = clock;
    const to = clock + len;
    while (at < others.length && endOf(others[at]) <= from) at += 1;
    for (let i = at; i < others.length; i++) {
      const other = others[i];
      if (other === undefined || other.clock >= to) break;
      if (other.clock > from) left.push({ clock: from, len: other.clock - from });
      from = Math.max(from, endOf(other));
    }
    if (from < to) left.push({ clock: from, len: to - from });
  }
  return left;
}

function endOf(stretch: Stretch | undefined): number {
  return stretch === undefined ? 0 : stretch.clock + stretch.len;
}
