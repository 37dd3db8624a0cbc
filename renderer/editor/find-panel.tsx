import {
  closeSearchPanel,
  findNext,
  findPrevious,
  getSearchQuery,
  replaceAll,
  replaceNext,
  SearchQuery,
  search,
  setSearchQuery,
} from '@codemirror/search';
import type { Extension } from '@codemirror/state';
import { type EditorView, type Panel, runScopeHandlers, type ViewUpdate } from '@codemirror/view';
import { render } from 'preact';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import { countMatches } from './match-count.ts';

/** Find and replace, above the text. */
export const findPanel: Extension = search({ top: true, createPanel });

function createPanel(view: EditorView): Panel {
  const dom = document.createElement('div');
  dom.className = 'find';
  const show = () => render(<FindFields view={view} query={getSearchQuery(view.state)} />, dom);
  show();
  return {
    dom,
    top: true,
    mount: () => dom.querySelector<HTMLInputElement>('[main-field]')?.select(),
    update: (update: ViewUpdate) => {
      const queried = update.transactions.some((one) => one.effects.some((e) => e.is(setSearchQuery)));
      if (queried || update.docChanged || update.selectionSet) show();
    },
    destroy: () => render(null, dom),
  };
}

interface FindFieldsProps {
  readonly view: EditorView;
  readonly query: SearchQuery;
}

function FindFields({ view, query }: FindFieldsProps) {
  const change = (part: Partial<Pick<SearchQuery, 'search' | 'replace' | 'caseSensitive'>>) => {
    const { search, replace, caseSensitive } = query;
    const next = new SearchQuery({ search, replace, caseSensitive, literal: true, ...part });
    view.dispatch({ effects: setSearchQuery.of(next) });
  };
  const pressed = (event: KeyboardEvent) => {
    if (runScopeHandlers(view, event, 'search-panel')) event.preventDefault();
    else if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      if (event.target.name === 'replace') replaceNext(view);
      else (event.shiftKey ? findPrevious : findNext)(view);
    }
  };
  return (
    <search class="find-fields" aria-label={strings.find.panel} onKeyDown={pressed}>
      <div class="find-row">
        <input
          name="find"
          main-field="true"
          value={query.search}
          placeholder={strings.find.find}
          aria-label={strings.find.find}
          spellcheck={false}
          onInput={(event) => change({ search: event.currentTarget.value })}
        />
        <span class="find-count" role="status">
          {query.search !== '' && matchWords(view, query)}
        </span>
        <IconButton icon="chevron-up" name={strings.find.previous} onClick={() => findPrevious(view)} />
        <IconButton icon="chevron-down" name={strings.find.next} onClick={() => findNext(view)} />
        <label class="choice">
          <input
            type="checkbox"
            checked={query.caseSensitive}
            onChange={(event) => change({ caseSensitive: event.currentTarget.checked })}
          />
          <span>{strings.find.matchCase}</span>
        </label>
        <span class="grow" />
        <IconButton icon="close" name={strings.close} onClick={() => closeSearchPanel(view)} />
      </div>
      {!view.state.readOnly && (
        <div class="find-row">
          <input
            name="replace"
            value={query.replace}
            placeholder={strings.find.replace}
            aria-label={strings.find.replace}
            spellcheck={false}
            onInput={(event) => change({ replace: event.currentTarget.value })}
          />
          <button type="button" onClick={() => replaceNext(view)}>
            {strings.find.replaceOne}
          </button>
          <button type="button" onClick={() => replaceAll(view)}>
            {strings.find.replaceAll}
          </button>
        </div>
      )}
    </search>
  );
}

function matchWords(view: EditorView, query: SearchQuery): string {
  const { total, current, more } = countMatches(view.state, query);
  if (total === 0 && !more) return strings.find.none;
  return current === undefined
    ? strings.find.matches(total, more)
    : strings.find.position(current, total, more);
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
