import { EditorSelection, type Extension, Prec } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { webAddress } from './markdown-marks.ts';

/** What is typed over selected text and goes around it, with what closes it. */
const wrappers: Readonly<Record<string, string>> = {
  '*': '*',
  _: '_',
  '`': '`',
  '~': '~',
  '"': '"',
  '(': ')',
  '[': ']',
  '{': '}',
};

const wrapSelection = EditorView.inputHandler.of((view, _from, _to, typed) => {
  const closing = Object.hasOwn(wrappers, typed) ? wrappers[typed] : undefined;
  const { state } = view;
  if (closing === undefined || view.composing || state.readOnly) return false;
  if (state.selection.ranges.some(({ empty }) => empty)) return false;
  const edit = state.changeByRange(({ from, to, anchor, head }) => ({
    changes: [
      { from, insert: typed },
      { from: to, insert: closing },
    ],
    range: EditorSelection.range(anchor + typed.length, head + typed.length),
  }));
  view.dispatch(state.update(edit, { userEvent: 'input.type', scrollIntoView: true }));
  return true;
});

/** Two steps for undo: the first takes the link back and leaves the plain address, as pasting alone would have. */
const pasteLink = Prec.high(
  EditorView.domEventHandlers({
    paste: (event, view) => {
      const { state } = view;
      const address = event.clipboardData?.getData('text/plain').trim() ?? '';
      const { from, to, empty } = state.selection.main;
      const words = empty ? '' : state.sliceDoc(from, to);
      const isForWords = words.trim() !== '' && !words.includes('\n') && !webAddress.test(words.trim());
      if (state.readOnly || state.selection.ranges.length > 1 || !isForWords) return false;
      if (!webAddress.test(address)) return false;
      event.preventDefault();
      view.dispatch({
        changes: { from, to, insert: address },
        selection: { anchor: from + address.length },
        userEvent: 'input.paste',
      });
      const link = `[${words}](${address})`;
      view.dispatch({
        changes: { from, to: from + address.length, insert: link },
        selection: { anchor: from + link.length },
        userEvent: 'input.paste',
        scrollIntoView: true,
      });
      return true;
    },
  }),
);

/** Typing a Markdown mark or a bracket over a selection puts it around; an address pasted over words makes them a link. */
export const selectionTyping: Extension = [wrapSelection, pasteLink];
