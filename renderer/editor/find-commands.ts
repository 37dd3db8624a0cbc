import { findNext, findPrevious, openSearchPanel, replaceAll, replaceNext } from '@codemirror/search';
import { type Command, EditorView } from '@codemirror/view';
import { expressionSearch, matchesAround, replaceMatches } from './expression-search.ts';

/** Selects the next match of what is looked for, words or an expression. */
export const findNextMatch: Command = (view) =>
  isExpression(view) ? select(view, matchesAround(view.state).next) : findNext(view);

/** Selects the one before. */
export const findPreviousMatch: Command = (view) =>
  isExpression(view) ? select(view, matchesAround(view.state).previous) : findPrevious(view);

/** Replaces the selected match and selects the next one; the first time it only selects. */
export const replaceMatch: Command = (view) => {
  if (!isExpression(view)) return replaceNext(view);
  if (matchesAround(view.state).current === undefined) return findNextMatch(view);
  void replaceMatches(view, view.state.selection.main.from).then((replaced) => {
    if (replaced !== undefined) findNextMatch(view);
  });
  return true;
};

/** Replaces every match, as one edit. */
export const replaceAllMatches: Command = (view) => {
  if (!isExpression(view)) return replaceAll(view);
  void replaceMatches(view);
  return true;
};

function isExpression(view: EditorView): boolean {
  return (view.state.field(expressionSearch).expression?.source ?? '') !== '';
}

function select(
  view: EditorView,
  match: { readonly from: number; readonly to: number } | undefined,
): boolean {
  if (match === undefined) return openSearchPanel(view);
  view.dispatch({
    selection: { anchor: match.from, head: match.to },
    effects: EditorView.scrollIntoView(match.from, { y: 'center' }),
    userEvent: 'select.search',
  });
  return true;
}
