import {
  findNext,
  findPrevious,
  getSearchQuery,
  openSearchPanel,
  replaceAll,
  replaceNext,
  setSearchQuery,
} from '@codemirror/search';
import { StateEffect, StateField } from '@codemirror/state';
import { type Command, EditorView } from '@codemirror/view';
import { ySyncAnnotation } from 'y-codemirror.next';
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

/** Replaces every match, as one edit, and says how many that were. */
export const replaceAllMatches: Command = (view) => {
  const tell = (count: number) => view.dispatch({ effects: setReplaced.of(count) });
  if (isExpression(view)) {
    void replaceMatches(view).then((count) => {
      if (count !== undefined && count > 0) tell(count);
    });
    return true;
  }
  const query = getSearchQuery(view.state);
  if (!query.valid) return replaceAll(view);
  const matches = query.getCursor(view.state);
  let count = 0;
  for (let match = matches.next(); match.done !== true; match = matches.next())
    // What is equal only once it is normalised, such as a part of a ligature, is left as it is.
    if (!('precise' in match.value) || match.value.precise !== false) count += 1;
  if (!replaceAll(view)) return false;
  tell(count);
  return true;
};

const setReplaced = StateEffect.define<number>();

/** How many matches were replaced at once just now; undefined once this person writes, selects or looks for something. */
export const replacedCount = StateField.define<number | undefined>({
  create: () => undefined,
  update: (count, transaction) => {
    for (const effect of transaction.effects) {
      if (effect.is(setReplaced)) return effect.value;
      if (effect.is(setSearchQuery)) return undefined;
    }
    const isOfOthers = transaction.annotation(ySyncAnnotation) !== undefined;
    return transaction.selection !== undefined || (transaction.docChanged && !isOfOthers) ? undefined : count;
  },
});

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
