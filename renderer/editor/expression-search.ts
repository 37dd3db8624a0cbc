import { searchPanelOpen, setSearchQuery } from '@codemirror/search';
import {
  ChangeSet,
  type EditorState,
  type Extension,
  RangeSet,
  RangeValue,
  StateEffect,
  StateField,
} from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import type { ExpressionAnswer, ExpressionJob } from './expression-job.ts';
import { ExpressionThread } from './expression-thread.ts';

/** A regular expression that is looked for, and what is to stand in place of its matches. */
export interface Expression {
  readonly source: string;
  readonly replace: string;
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
}

/** How the search stands. */
export type ExpressionOutcome =
  | { readonly state: 'searching' }
  | { readonly state: 'wrong'; readonly reason: string }
  /** Given up after a time; the window was never held up. */
  | { readonly state: 'slow' }
  | { readonly state: 'found'; readonly total: number; readonly more: boolean };

interface ExpressionSearch {
  /** Undefined while plain words are looked for. */
  readonly expression: Expression | undefined;
  readonly outcome: ExpressionOutcome;
  readonly matches: RangeSet<Match>;
}

class Match extends RangeValue {}
const match = new Match();

/** Looks for this expression from now on, or for plain words again. */
export const setExpression = StateEffect.define<Expression | undefined>();
const setOutcome = StateEffect.define<Pick<ExpressionSearch, 'outcome' | 'matches'>>();

const nothing: ExpressionSearch = {
  expression: undefined,
  outcome: { state: 'searching' },
  matches: RangeSet.empty,
};

/** The search for an expression in a state of the editor. */
export const expressionSearch = StateField.define<ExpressionSearch>({
  create: () => nothing,
  update: (value, { docChanged, changes, effects }) => {
    let next = docChanged ? { ...value, matches: value.matches.map(changes) } : value;
    for (const effect of effects) {
      if (effect.is(setExpression))
        next = {
          ...(isSameSearch(next.expression, effect.value) ? next : nothing),
          expression: effect.value,
        };
      // Whoever asks for plain words, as opening the panel on a selection does, gets them.
      if (effect.is(setSearchQuery) && effect.value.search !== '') next = nothing;
      if (effect.is(setOutcome)) next = { ...next, ...effect.value };
    }
    return next;
  },
});

/** What is put in place of matches makes no other search. */
function isSameSearch(a: Expression | undefined, b: Expression | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.source === b.source && a.caseSensitive === b.caseSensitive && a.wholeWord === b.wholeWord;
}

/** Matches that are shown and counted. */
const maxShown = 10_000;
const maxReplaced = 1_000_000;
/** Pause in the typing after which a changed text is searched again. */
const quietMs = 150;

class ExpressionSearcher implements PluginValue {
  decorations: DecorationSet = Decoration.none;
  readonly #thread = new ExpressionThread();
  #timer: number | undefined;
  /** Replacements that are under way. */
  #replacing = 0;
  /** What has changed since each job's text was taken. */
  readonly #since = new Map<number, ChangeSet>();

  constructor(private readonly view: EditorView) {}

  update(update: ViewUpdate): void {
    const { state, startState } = update;
    if (update.docChanged)
      for (const [job, since] of this.#since) this.#since.set(job, since.compose(update.changes));
    const { expression, matches } = state.field(expressionSearch);
    const before = startState.field(expressionSearch);
    const isOpen = searchPanelOpen(state);
    if (!isSameSearch(expression, before.expression) || isOpen !== searchPanelOpen(startState))
      this.#searchSoon(0);
    else if (update.docChanged) this.#searchSoon(quietMs);
    if (matches !== before.matches || update.viewportChanged || update.selectionSet || !isOpen) this.#draw();
  }

  destroy(): void {
    window.clearTimeout(this.#timer);
    this.#thread.close();
  }

  /** Puts what the expression says in place of the match that begins at `at`, or of all. */
  async replace(at?: number): Promise<number | undefined> {
    const { expression } = this.view.state.field(expressionSearch);
    if (expression === undefined || this.view.state.readOnly) return undefined;
    const template = expression.replace;
    const { length } = this.view.state.doc;
    const replace = at === undefined ? { template } : { template, at };
    this.#replacing += 1;
    const found = await this.#ask(expression, { maxMatches: maxReplaced, replace });
    this.#replacing -= 1;
    if (found === undefined) return undefined;
    const { answer, since } = found;
    if (answer === 'slow' || answer.result === 'wrong') return undefined;
    const { spans, inserts } = answer;
    const edits = inserts.map((insert, i) => ({
      from: spans[2 * i] ?? 0,
      to: spans[2 * i + 1] ?? 0,
      insert,
    }));
    const changes = ChangeSet.of(edits, length, '\n').map(since);
    const caret = at === undefined ? undefined : since.mapPos(spans[0] ?? 0, 1) + (inserts[0]?.length ?? 0);
    this.view.dispatch({
      changes,
      ...(caret === undefined ? {} : { selection: { anchor: Math.min(caret, changes.newLength) } }),
      userEvent: at === undefined ? 'input.replace.all' : 'input.replace',
    });
    return inserts.length;
  }

  #searchSoon(delayMs: number): void {
    const { expression } = this.view.state.field(expressionSearch);
    window.clearTimeout(this.#timer);
    if (expression === undefined || expression.source === '' || !searchPanelOpen(this.view.state)) return;
    this.#timer = window.setTimeout(() => void this.#search(expression), delayMs);
  }

  async #search(expression: Expression): Promise<void> {
    // A question ends the one before it: what the person asked to be replaced is not given up for a look at new text.
    if (this.#replacing > 0) {
      this.#searchSoon(quietMs);
      return;
    }
    const found = await this.#ask(expression, { maxMatches: maxShown });
    const wanted = this.view.state.field(expressionSearch).expression;
    if (found === undefined || !isSameSearch(expression, wanted)) return;
    this.view.dispatch({ effects: setOutcome.of(outcomeOf(found)) });
  }

  /** Undefined where the view is gone or a later question has taken the place of this one. */
  async #ask(expression: Expression, more: Pick<ExpressionJob, 'maxMatches' | 'replace'>) {
    const { doc } = this.view.state;
    const job = this.#thread.nextJob();
    this.#since.set(job, ChangeSet.empty(doc.length));
    const { source, caseSensitive, wholeWord } = expression;
    const text = doc.toString();
    const answer = await this.#thread.ask({ job, text, source, caseSensitive, wholeWord, ...more });
    const since = this.#since.get(job);
    this.#since.delete(job);
    return answer === undefined || since === undefined ? undefined : { answer, since };
  }

  /** Only what is on the screen is drawn. */
  #draw(): void {
    const { state, visibleRanges } = this.view;
    const { matches } = state.field(expressionSearch);
    if (!searchPanelOpen(state) || matches.size === 0) {
      this.decorations = Decoration.none;
      return;
    }
    const { from: selectedFrom, to: selectedTo } = state.selection.main;
    const marks: ReturnType<Decoration['range']>[] = [];
    for (const { from, to } of visibleRanges) {
      matches.between(from, to, (start, end) => {
        if (start === end) return;
        const isSelected = start === selectedFrom && end === selectedTo;
        marks.push((isSelected ? selectedMark : matchMark).range(start, end));
      });
    }
    this.decorations = Decoration.set(marks, true);
  }
}

const matchMark = Decoration.mark({ class: 'cm-searchMatch' });
const selectedMark = Decoration.mark({ class: 'cm-searchMatch cm-searchMatch-selected' });

const searcher = ViewPlugin.fromClass(ExpressionSearcher, { decorations: ({ decorations }) => decorations });

/** Finding by regular expressions: in a thread of its own, so that no expression can hold up the window. */
export const findExpressions: Extension = [expressionSearch, searcher];

/** Replaces the match that begins at a position, or all, once the thread has said by what. */
export function replaceMatches(view: EditorView, at?: number): Promise<number | undefined> {
  return view.plugin(searcher)?.replace(at) ?? Promise.resolve(undefined);
}

/** Whether exactly a match is selected, and the next or the previous one from the selection on, around the end. */
export function matchesAround(state: EditorState): {
  /** 1 for the first. */
  readonly current: number | undefined;
  readonly next: { readonly from: number; readonly to: number } | undefined;
  readonly previous: { readonly from: number; readonly to: number } | undefined;
} {
  const { from, to } = state.selection.main;
  const all: { readonly from: number; readonly to: number }[] = [];
  for (const cursor = state.field(expressionSearch).matches.iter(); cursor.value !== null; cursor.next())
    all.push({ from: cursor.from, to: cursor.to });
  const at = all.findIndex((one) => one.from === from && one.to === to);
  const next = at >= 0 ? at + 1 : all.findIndex((one) => one.from >= to);
  const before = at >= 0 ? at - 1 : all.findLastIndex((one) => one.to <= from);
  return {
    current: at >= 0 ? at + 1 : undefined,
    next: all[next] ?? all[0],
    previous: all[before] ?? all.at(-1),
  };
}

function outcomeOf(found: {
  readonly answer: ExpressionAnswer | 'slow';
  readonly since: ChangeSet;
}): Pick<ExpressionSearch, 'outcome' | 'matches'> {
  const { answer, since } = found;
  if (answer === 'slow') return { outcome: { state: 'slow' }, matches: RangeSet.empty };
  if (answer.result === 'wrong')
    return { outcome: { state: 'wrong', reason: answer.reason }, matches: RangeSet.empty };
  const { spans, more } = answer;
  const ranges = Array.from({ length: spans.length / 2 }, (_, i) =>
    match.range(spans[2 * i] ?? 0, spans[2 * i + 1] ?? 0),
  );
  return {
    outcome: { state: 'found', total: ranges.length, more },
    matches: RangeSet.of(ranges).map(since),
  };
}
