import type { SearchQuery } from '@codemirror/search';
import type { EditorState } from '@codemirror/state';

/** What counting matches found; `more` says that it was ended early. */
export interface MatchCount {
  readonly total: number;
  /** 1 for the first; undefined where the selection is no match. */
  readonly current: number | undefined;
  readonly more: boolean;
}

/** Matches that are counted, and the time it may take: it happens at each key press in the field. */
const maxMatches = 1000;
const maxMs = 6;

/** Counts the matches of a query and finds which one is selected, within a few milliseconds. */
export function countMatches(state: EditorState, query: SearchQuery): MatchCount {
  const { from, to } = state.selection.main;
  const untilMs = performance.now() + maxMs;
  const matches = query.getCursor(state);
  let total = 0;
  let current: number | undefined;
  for (let next = matches.next(); next.done !== true; next = matches.next()) {
    if (total >= maxMatches || performance.now() > untilMs) return { total, current, more: true };
    total += 1;
    if (next.value.from === from && next.value.to === to) current = total;
  }
  return { total, current, more: false };
}
