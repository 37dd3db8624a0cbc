import * as Y from 'yjs';

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

/** The maps of a document: about it, who has written in it, and what is said about its text. Their values are plain. */
const mapNames: ReadonlySet<string> = new Set(['meta', 'people', 'comments']);

/** The text and the maps that a document consists of (rule X4). */
export interface DocumentParts {
  readonly text: Y.Text;
  readonly meta: Y.Map<unknown>;
  readonly people: Y.Map<unknown>;
  readonly comments: Y.Map<unknown>;
}

/** The parts of a document; ask for them before anything is put into it. */
export function partsOf(doc: Y.Doc): DocumentParts {
  return {
    text: doc.getText('content'),
    meta: doc.getMap('meta'),
    people: doc.getMap('people'),
    comments: doc.getMap('comments'),
  };
}

/**
 * Whether an update holds only what a document consists of: letters, values of its maps and deletions. Embedded objects,
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

/**
 * Whether all values in an update belong to a map, as far as the update and the document say where they belong. One of
 * which they do not say waits for what it builds on and might come to stand between letters: it has no place, either.
 */
export function hasValuesInMapsOnly(doc: Y.Doc, structs: readonly Struct[]): boolean {
  const values = structs.filter(
    (struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentAny,
  );
  if (values.length === 0) return true;
  const ofUpdate = new Map<number, Struct[]>();
  for (const struct of structs) {
    const list = ofUpdate.get(struct.id.client) ?? [];
    list.push(struct);
    ofUpdate.set(struct.id.client, list);
  }
  const known = new Map<Struct, boolean>();
  return values.every((value) => isInMap(value, doc, ofUpdate, known));
}

function isInMap(
  value: Struct,
  doc: Y.Doc,
  ofUpdate: ReadonlyMap<number, readonly Struct[]>,
  known: Map<Struct, boolean>,
): boolean {
  const passed = new Set<Struct>();
  let answer: boolean | undefined;
  for (let struct: Struct | undefined = value; answer === undefined; ) {
    if (!(struct instanceof Y.Item) || passed.has(struct)) answer = false;
    else if (known.has(struct)) answer = known.get(struct) ?? false;
    else {
      passed.add(struct);
      const near: Y.ID | null = struct.origin ?? struct.rightOrigin;
      if (typeof struct.parent === 'string') answer = mapNames.has(struct.parent);
      else if (near === null) answer = false;
      else if (Y.getState(doc.store, near.client) > near.clock) answer = isIntegratedInMap(doc, near);
      else struct = structAt(ofUpdate.get(near.client) ?? [], near.clock);
    }
  }
  for (const struct of passed) known.set(struct, answer);
  return answer;
}

function isIntegratedInMap(doc: Y.Doc, id: Y.ID): boolean {
  const item = Y.getItem(doc.store, id);
  return item instanceof Y.Item && [...mapNames].some((name) => item.parent === doc.share.get(name));
}

/** The part that covers a clock, of one client's in their order. */
function structAt(structs: readonly Struct[], clock: number): Struct | undefined {
  let low = 0;
  let high = structs.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const struct = structs[middle];
    if (struct === undefined) return undefined;
    if (clock < struct.id.clock) high = middle - 1;
    else if (clock >= struct.id.clock + struct.length) low = middle + 1;
    else return struct;
  }
  return undefined;
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
