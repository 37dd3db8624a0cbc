import * as Y from 'yjs';

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

/**
 * Whether an update holds only what a document consists of: letters, values of `meta` and deletions. Embedded objects,
 * formats and nested types have no place in a plain text and stop editors that meet them.
 */
export function isPlain(structs: readonly Struct[]): boolean {
  return structs.every(
    (struct) =>
      !(struct instanceof Y.Item) ||
      struct.content instanceof Y.ContentString ||
      struct.content instanceof Y.ContentDeleted ||
      struct.content instanceof Y.ContentAny,
  );
}

/** Whether an applied update has put values where letters belong; an update does not always say where it puts them. */
export function hasValuesInText(doc: Y.Doc, structs: readonly Struct[]): boolean {
  const content = doc.share.get('content');
  return structs.some((struct) => {
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) return false;
    if (Y.getState(doc.store, struct.id.client) <= struct.id.clock) return false;
    const applied = Y.getItem(doc.store, struct.id);
    return applied instanceof Y.Item && applied.parent === content && applied.parentSub === null;
  });
}
