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
