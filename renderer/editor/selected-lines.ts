import type { EditorState, Line } from '@codemirror/state';

/** The lines that the selection means, each once. A selection that ends where a line begins does not mean that line. */
export function selectedLines({ doc, selection }: EditorState): readonly Line[] {
  const lines = new Map<number, Line>();
  for (const { from, to, empty } of selection.ranges) {
    const first = doc.lineAt(from).number;
    const last = doc.lineAt(to);
    const end = !empty && last.from === to && last.number > first ? last.number - 1 : last.number;
    for (let number = first; number <= end; number++) lines.set(number, doc.line(number));
  }
  return [...lines.values()];
}
