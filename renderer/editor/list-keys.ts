import { indentLess, indentMore } from '@codemirror/commands';
import { deleteMarkupBackward, insertNewlineContinueMarkupCommand } from '@codemirror/lang-markdown';
import { syntaxTree } from '@codemirror/language';
import type { EditorState, StateCommand } from '@codemirror/state';
import { type Command, keymap } from '@codemirror/view';
import {
  countedOn,
  isIn,
  lineChanges,
  linesBetween,
  listAround,
  type Row,
  readRows,
  reshaped,
} from './list-items.ts';
import { selectedLines } from './selected-lines.ts';

/**
 * Keys in lists: Enter goes on with the list and ends it on an empty item, Backspace takes away the mark, Tab and Shift+Tab
 * move items in and out. Elsewhere Tab goes to the next control, except in blocks of code.
 */
export const listKeys = keymap.of([
  { key: 'Enter', run: insertNewlineContinueMarkupCommand({ nonTightLists: false }) },
  { key: 'Backspace', run: deleteMarkupBackward },
  { key: 'Tab', run: indentItems, shift: outdentItems },
]);

function indentItems(view: Parameters<Command>[0]): boolean {
  return inCode(view.state) ? indentMore(view) : moveItemsIn(view);
}

function outdentItems(view: Parameters<Command>[0]): boolean {
  return inCode(view.state) ? indentLess(view) : moveItemsOut(view);
}

/** Puts each selected item, with all that is in it, under the one before it. */
export const moveItemsIn = moveItems((rows, at, targets) => {
  const sibling = rows[at]?.sibling;
  if (sibling === undefined) return undefined;
  // One that moves too is still beside it.
  return targets.has(sibling) ? targets.get(sibling) : rows[sibling]?.item?.content;
});

/** Puts each selected item, with all that is in it, after the one that it is in. */
export const moveItemsOut = moveItems((rows, at) => {
  const parent = rows[at]?.parent;
  return parent === undefined ? 0 : rows[parent]?.indent;
});

/** Says in which column an item comes to stand; undefined for where it is. */
type Place = (
  rows: readonly Row[],
  at: number,
  targets: ReadonlyMap<number, number | undefined>,
) => number | undefined;

/** Moves the selected items and counts the numbers on, in one step; does nothing where anything else is selected. */
function moveItems(place: Place): StateCommand {
  return ({ state, dispatch }) => {
    const selected = selectedLines(state).filter(({ text }) => text.trim() !== '');
    const [first, last] = [selected[0], selected.at(-1)];
    if (state.readOnly || first === undefined || last === undefined) return false;
    const { from, to } = listAround(state.doc, first.number, last.number);
    const rows = readRows(linesBetween(state.doc, from, to));
    const targets = new Map<number, number | undefined>();
    let above: number | undefined;
    for (const { number } of selected) {
      const at = number - from;
      if (above !== undefined && isIn(rows, at, above)) continue;
      if (rows[at]?.item === undefined) return false;
      targets.set(at, place(rows, at, targets));
      above = at;
    }
    const shifts = new Map(
      [...targets].map(([at, target]) => [at, target === undefined ? 0 : target - (rows[at]?.indent ?? 0)]),
    );
    const moved = reshaped(rows, { shifts });
    const changes = lineChanges(state.doc, from, countedOn(rows, moved, new Set(targets.keys())));
    if (changes.length > 0)
      dispatch(state.update({ changes, userEvent: 'input.indent', scrollIntoView: true }));
    return true;
  };
}

function inCode(state: EditorState): boolean {
  const { from, to } = state.selection.main;
  for (let node = syntaxTree(state).resolveInner(from, -1); node.parent !== null; node = node.parent) {
    if (node.name === 'FencedCode' || node.name === 'CodeBlock') return node.from < from && to <= node.to;
  }
  return false;
}
