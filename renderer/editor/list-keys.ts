import { indentLess, indentMore } from '@codemirror/commands';
import { deleteMarkupBackward, insertNewlineContinueMarkupCommand } from '@codemirror/lang-markdown';
import { syntaxTree } from '@codemirror/language';
import type { ChangeSpec, EditorState, Line, StateCommand, Text } from '@codemirror/state';
import { type Command, keymap } from '@codemirror/view';
import { selectedLines } from './selected-lines.ts';

const item = /^(\s*)([-*+]|\d{1,9}[.)])(\s+)/;

/** Lines looked back through for the item that another one goes under. */
const maxLinesBack = 200;

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
  if (inCode(view.state)) return indentMore(view);
  return moveItems((line, doc) => {
    const before = itemBefore(doc, line, (indent) => indent <= indentOf(line));
    return before === undefined ? undefined : Math.max(indentOf(line), before.content);
  })(view);
}

function outdentItems(view: Parameters<Command>[0]): boolean {
  if (inCode(view.state)) return indentLess(view);
  return moveItems((line, doc) => {
    const outer = itemBefore(doc, line, (indent) => indent < indentOf(line));
    return outer?.indent ?? 0;
  })(view);
}

/** Gives each selected item the indentation that `place` says; does nothing where anything else is selected. */
function moveItems(place: (line: Line, doc: Text) => number | undefined): StateCommand {
  return ({ state, dispatch }) => {
    const lines = selectedLines(state);
    if (state.readOnly || !lines.every(({ text }) => item.test(text))) return false;
    const [first] = lines;
    if (first === undefined) return false;
    const target = place(first, state.doc);
    const shift = target === undefined ? 0 : target - indentOf(first);
    const changes = lines.map((line): ChangeSpec => {
      const indent = indentOf(line);
      return { from: line.from, to: line.from + indent, insert: ' '.repeat(Math.max(0, indent + shift)) };
    });
    if (shift !== 0) dispatch(state.update({ changes, userEvent: 'input.indent', scrollIntoView: true }));
    return true;
  };
}

function itemBefore(
  doc: Text,
  line: Line,
  fits: (indent: number) => boolean,
): { readonly indent: number; readonly content: number } | undefined {
  for (let number = line.number - 1; number >= Math.max(1, line.number - maxLinesBack); number--) {
    const { text } = doc.line(number);
    const found = item.exec(text);
    if (found === null) {
      // A line of text at the margin ends the list.
      if (/^\S/.test(text)) return undefined;
      continue;
    }
    const [mark = '', indent = ''] = found;
    if (fits(indent.length)) return { indent: indent.length, content: mark.length };
  }
  return undefined;
}

function indentOf({ text }: Line): number {
  return /^\s*/.exec(text)?.[0].length ?? 0;
}

function inCode(state: EditorState): boolean {
  const { from, to } = state.selection.main;
  for (let node = syntaxTree(state).resolveInner(from, -1); node.parent !== null; node = node.parent) {
    if (node.name === 'FencedCode' || node.name === 'CodeBlock') return node.from < from && to <= node.to;
  }
  return false;
}
