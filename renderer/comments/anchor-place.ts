import * as Y from 'yjs';
import type { Anchor } from '../../sync/comments.ts';
import type { TextPieces } from '../editor/text-pieces.ts';

/** A stretch of text, in UTF-16 units. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Where the text of an anchor is. */
export interface AnchorPlace extends Place {
  /** Undoing a deletion here has brought an end of it back, as new letters. Others cannot know which ones. */
  readonly isBack: boolean;
}

/** Times that a piece of text can have been brought back by undoing, at most. */
const mostTurns = 1000;

/** Where the text of an anchor is now; undefined where none of it is left, or none has arrived. */
export function placeOf(pieces: TextPieces, anchor: Anchor): AnchorPlace | undefined {
  const from = positionOf(pieces, anchor.from);
  const to = positionOf(pieces, anchor.to);
  if (from === undefined || to === undefined || from.at >= to.at) return undefined;
  return { from: from.at, to: to.at, isBack: from.isBack || to.isBack };
}

/** Like Yjs's own, without a walk through the whole text. Another program may have written it. */
function positionOf(
  pieces: TextPieces,
  json: unknown,
): { readonly at: number; readonly isBack: boolean } | undefined {
  const { text } = pieces;
  const relative = relativePosition(json);
  if (relative === undefined || text.doc === null) return undefined;
  const { item, tname, assoc } = relative;
  if (item === null) {
    if (tname !== 'content') return undefined;
    return { at: assoc >= 0 ? text.length : 0, isBack: false };
  }
  let id = item;
  for (let turn = 0; turn < mostTurns; turn++) {
    const { client, clock } = id;
    if (!isCount(client) || !isCount(clock) || Y.getState(text.doc.store, client) <= clock) return undefined;
    const piece = Y.getItem(text.doc.store, id);
    if (!(piece instanceof Y.Item) || piece.parent !== text) return undefined;
    const into = clock - piece.id.clock;
    if (piece.redone !== null) {
      id = Y.createID(piece.redone.client, piece.redone.clock + into);
      continue;
    }
    const isThere = piece.countable && !piece.deleted;
    const at = pieces.startOf(piece) + (isThere ? into + (assoc >= 0 ? 0 : 1) : 0);
    return { at, isBack: turn > 0 && isThere };
  }
  return undefined;
}

function relativePosition(json: unknown): Y.RelativePosition | undefined {
  try {
    return Y.createRelativePositionFromJSON(json);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
