import { closeSearchPanel, getSearchQuery, SearchQuery, search, setSearchQuery } from '@codemirror/search';
import type { Extension } from '@codemirror/state';
import { type EditorView, type Panel, runScopeHandlers, type ViewUpdate } from '@codemirror/view';
import { render } from 'preact';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import { expressionSearch, findExpressions, matchesAround, setExpression } from './expression-search.ts';
import {
  findNextMatch,
  findPreviousMatch,
  replaceAllMatches,
  replacedCount,
  replaceMatch,
} from './find-commands.ts';
import { countMatches } from './match-count.ts';

/** Find and replace, above the text. */
export const findPanel: Extension = [search({ top: true, createPanel }), findExpressions, replacedCount];

function createPanel(view: EditorView): Panel {
  const dom = document.createElement('div');
  dom.className = 'find';
  const show = () => render(<FindFields view={view} wanted={wantedIn(view)} />, dom);
  show();
  return {
    dom,
    top: true,
    mount: () => dom.querySelector<HTMLInputElement>('[main-field]')?.select(),
    update: (update: ViewUpdate) => {
      const queried = update.transactions.some((one) => one.effects.some((e) => e.is(setSearchQuery)));
      const searched = update.state.field(expressionSearch) !== update.startState.field(expressionSearch);
      const replaced = update.state.field(replacedCount) !== update.startState.field(replacedCount);
      if (queried || searched || replaced || update.docChanged || update.selectionSet) show();
    },
    destroy: () => render(null, dom),
  };
}

/** What is looked for, as the panel shows it. */
interface Wanted {
  readonly search: string;
  readonly replace: string;
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
  readonly isExpression: boolean;
}

function wantedIn({ state }: EditorView): Wanted {
  const { expression } = state.field(expressionSearch);
  if (expression !== undefined) return { ...expression, search: expression.source, isExpression: true };
  const { search, replace, caseSensitive, wholeWord } = getSearchQuery(state);
  return { search, replace, caseSensitive, wholeWord, isExpression: false };
}

/** CodeMirror's own search never sees an expression: it would look for it in the window's thread. */
function want(view: EditorView, { isExpression, search, ...rest }: Wanted): void {
  const query = new SearchQuery({ ...rest, search: isExpression ? '' : search, literal: true });
  const expression = isExpression ? { ...rest, source: search } : undefined;
  view.dispatch({ effects: [setSearchQuery.of(query), setExpression.of(expression)] });
}

interface FindFieldsProps {
  readonly view: EditorView;
  readonly wanted: Wanted;
}

function FindFields({ view, wanted }: FindFieldsProps) {
  const change = (part: Partial<Wanted>) => want(view, { ...wanted, ...part });
  const problem = problemWords(view, wanted);
  const pressed = (event: KeyboardEvent) => {
    if (runScopeHandlers(view, event, 'search-panel')) event.preventDefault();
    else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      if (event.target.name === 'replace') replaceMatch(view);
      else (event.shiftKey ? findPreviousMatch : findNextMatch)(view);
    }
  };
  return (
    <search class="find-fields" aria-label={strings.find.panel} onKeyDown={pressed}>
      <div class="find-row">
        <input
          name="find"
          main-field="true"
          value={wanted.search}
          placeholder={strings.find.find}
          aria-label={strings.find.find}
          aria-invalid={problem !== ''}
          aria-describedby="find-problem"
          spellcheck={false}
          onInput={(event) => change({ search: event.currentTarget.value })}
        />
        <span class="find-count" role="status">
          {wanted.search !== '' && problem === '' && matchWords(view, wanted)}
        </span>
        <IconButton icon="chevron-up" name={strings.find.previous} onClick={() => findPreviousMatch(view)} />
        <IconButton icon="chevron-down" name={strings.find.next} onClick={() => findNextMatch(view)} />
        <Choice
          label={strings.find.matchCase}
          checked={wanted.caseSensitive}
          onChange={(caseSensitive) => change({ caseSensitive })}
        />
        <Choice
          label={strings.find.wholeWord}
          checked={wanted.wholeWord}
          onChange={(wholeWord) => change({ wholeWord })}
        />
        <Choice
          label={strings.find.expression}
          checked={wanted.isExpression}
          onChange={(isExpression) => change({ isExpression })}
        />
        <span class="grow" />
        <IconButton icon="close" name={strings.close} onClick={() => closeSearchPanel(view)} />
      </div>
      <p id="find-problem" class="error" role="alert">
        {problem}
      </p>
      {!view.state.readOnly && (
        <div class="find-row">
          <input
            name="replace"
            value={wanted.replace}
            placeholder={strings.find.replace}
            aria-label={strings.find.replace}
            spellcheck={false}
            onInput={(event) => change({ replace: event.currentTarget.value })}
          />
          <button type="button" onClick={() => replaceMatch(view)}>
            {strings.find.replaceOne}
          </button>
          <button type="button" onClick={() => replaceAllMatches(view)}>
            {strings.find.replaceAll}
          </button>
        </div>
      )}
    </search>
  );
}

function matchWords(view: EditorView, wanted: Wanted): string {
  const { state } = view;
  const replaced = state.field(replacedCount);
  if (replaced !== undefined) return strings.find.replaced(replaced);
  const { outcome } = state.field(expressionSearch);
  if (wanted.isExpression && outcome.state !== 'found') return strings.find.searching;
  const counted =
    wanted.isExpression && outcome.state === 'found'
      ? { ...outcome, current: matchesAround(state).current }
      : countMatches(state, getSearchQuery(state));
  const { total, current, more } = counted;
  if (total === 0 && !more) return strings.find.none;
  return current === undefined
    ? strings.find.matches(total, more)
    : strings.find.position(current, total, more);
}

/** Why an expression cannot be looked for; empty where it can. */
function problemWords({ state }: EditorView, { isExpression, search }: Wanted): string {
  const { outcome } = state.field(expressionSearch);
  if (!isExpression || search === '') return '';
  if (outcome.state === 'wrong') return strings.find.wrong(outcome.reason);
  return outcome.state === 'slow' ? strings.find.slow : '';
}

interface ChoiceProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Choice({ label, checked, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface IconButtonProps {
  readonly icon: 'chevron-up' | 'chevron-down' | 'close';
  readonly name: string;
  readonly onClick: () => void;
}

function IconButton({ icon, name, onClick }: IconButtonProps) {
  return (
    <button type="button" class="quiet-icon" aria-label={name} title={name} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
