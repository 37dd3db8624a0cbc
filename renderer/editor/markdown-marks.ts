import { type ChangeSpec, EditorSelection, type StateCommand } from '@codemirror/state';

/** A command that puts a Markdown mark such as `**` around the selection, or takes it away where it already is. */
export function toggleMark(mark: string): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const edit = state.changeByRange((range) => {
      const { from, to } = range;
      const before = state.sliceDoc(Math.max(0, from - mark.length), from);
      const after = state.sliceDoc(to, to + mark.length);
      const isMarked = before === mark && after === mark;
      const shift = isMarked ? -mark.length : mark.length;
      const changes: ChangeSpec = isMarked
        ? [
            { from: from - mark.length, to: from },
            { from: to, to: to + mark.length },
          ]
        : [
            { from, insert: mark },
            { from: to, insert: mark },
          ];
      return { changes, range: EditorSelection.range(range.anchor + shift, range.head + shift) };
    });
    dispatch(state.update(edit, { userEvent: 'input.mark', scrollIntoView: true }));
    return true;
  };
}

/** An address that stands alone, as people copy it from a browser. */
export const webAddress = /^https?:\/\/[^\s<>]+$/i;

/** Makes the selection a link: its words, or its address where it is one. The caret goes to what is missing. */
export const insertLink: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const edit = state.changeByRange(({ from, to }) => {
    const words = state.sliceDoc(from, to);
    const isAddress = webAddress.test(words);
    const insert = isAddress ? `[](${words})` : `[${words}]()`;
    const caret = words === '' || isAddress ? from + 1 : from + insert.length - 1;
    return { changes: { from, to, insert }, range: EditorSelection.cursor(caret) };
  });
  dispatch(state.update(edit, { userEvent: 'input.mark', scrollIntoView: true }));
  return true;
};
