import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { attach } from '../editor/attachment.ts';
import { changeView } from '../editor/editor-layout.ts';
import type { TextView } from '../editor/text-view.ts';
import { Icon } from '../icon.tsx';
import { personClass } from '../person.ts';
import { strings } from '../strings.ts';
import type { AuthorList, ShownAuthor } from './author-list.ts';
import { countLetters } from './author-runs.ts';
import { authorTint } from './author-tint.ts';

interface AuthorsViewProps {
  readonly list: AuthorList;
  readonly view: TextView;
}

/** Time between two counts of who wrote how much, in ms. */
const countEveryMs = 1000;
/** Names shown before the rest is asked for. */
const mostNames = 8;

/** While it is there, text is tinted by who wrote it. Shows what the colours mean, whoever wrote most first. */
export function AuthorsView({ list, view }: AuthorsViewProps) {
  const [showsAll, setShowsAll] = useState(false);
  const letters = useLetters(view);
  useEffect(() => attach(view.editor, authorTint(view.pieces, list.authors)), [view, list]);
  const authors = list.authors.value;
  const entries = useMemo(() => legendOf(authors, letters), [authors, letters]);
  const shown = showsAll ? entries : entries.slice(0, mostNames);
  return (
    <section class="authors" aria-label={strings.authors.legend}>
      <ul class="authors-list">
        {shown.map((author) => (
          <li key={author.key} class="author-entry">
            <span
              class={`author-swatch ${author.color === undefined ? 'author-unknown' : personClass({ ...author, color: author.color })}`}
              aria-hidden="true"
            />
            <span class="author-name" title={author.name}>
              {author.isSelf ? strings.people.self(author.name) : author.name}
            </span>
          </li>
        ))}
        {entries.length === 0 && <li class="author-entry">{strings.authors.nobody}</li>}
        {entries.length > mostNames && (
          <li>
            <button type="button" class="quiet small" onClick={() => setShowsAll(!showsAll)}>
              {showsAll ? strings.authors.fewer : strings.authors.more(entries.length - mostNames)}
            </button>
          </li>
        )}
      </ul>
      <button
        type="button"
        class="quiet-icon"
        aria-label={strings.authors.hide}
        title={strings.authors.hide}
        onClick={() => changeView({ authors: false })}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}

interface LegendEntry extends Omit<ShownAuthor, 'color'> {
  /** Undefined for everyone of whom nothing is known. */
  readonly color: number | undefined;
}

const nobodyKnown = { key: '', color: undefined, line: 0, isSelf: false };

/** One entry a person, who may have written under many client ids; those of whom nothing is known are one, at the end. */
export function legendOf(
  authors: ReadonlyMap<number, ShownAuthor>,
  letters: ReadonlyMap<number, number>,
): readonly LegendEntry[] {
  const counted = new Map<string, { entry: LegendEntry; letters: number }>();
  for (const [client, count] of letters) {
    const author = authors.get(client);
    const entry = author ?? { ...nobodyKnown, name: strings.authors.unknown };
    const known = counted.get(entry.key);
    if (known === undefined) counted.set(entry.key, { entry, letters: count });
    else {
      known.letters += count;
      if (entry.isSelf) known.entry = entry;
    }
  }
  return [...counted.values()]
    .sort((a, b) => Number(a.entry.key === '') - Number(b.entry.key === '') || b.letters - a.letters)
    .map(({ entry }) => entry);
}

/** How many letters there are of each client id, soon after each change. */
function useLetters({ pieces }: TextView): ReadonlyMap<number, number> {
  const letters = useSignal<ReadonlyMap<number, number>>(new Map());
  useEffect(() => {
    let timer: number | undefined;
    let isOver = false;
    const count = async () => {
      const found = await countLetters(pieces, () => new Promise((goOn) => window.setTimeout(goOn)));
      timer = undefined;
      if (!isOver) letters.value = found;
    };
    const countSoon = () => {
      timer ??= window.setTimeout(() => void count(), countEveryMs);
    };
    void count();
    pieces.text.observe(countSoon);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
      pieces.text.unobserve(countSoon);
    };
  }, [pieces, letters]);
  return letters.value;
}
