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
/** The time is looked at after so many matches or characters: what is small is counted whole also on a busy computer. */
const matchesAtLeast = 100;
const charactersAtLeast = 64 * 1024;

/** Counts the matches of a query and finds which one is selected, within a few milliseconds. */
export function countMatches(
  state: EditorState,
  query: SearchQuery,
  now: () => number = () => performance.now(),
): MatchCount {
  const { from, to } = state.selection.main;
  const untilMs = now() + maxMs;
  const matches = query.getCursor(state);
  let total = 0;
  let current: number | undefined;
  let lookedAt = { total: 0, position: 0 };
  for (let next = matches.next(); next.done !== true; next = matches.next()) {
    const position = next.value.from;
    const isLong =
      total - lookedAt.total >= matchesAtLeast || position - lookedAt.position >= charactersAtLeast;
    if (isLong) lookedAt = { total, position };
    if (total >= maxMatches || (isLong && now() > untilMs)) return { total, current, more: true };
    total += 1;
    if (next.value.from === from && next.value.to === to) current = total;
  }
  return { total, current, more: false };
}
