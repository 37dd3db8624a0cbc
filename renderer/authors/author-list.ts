import { type ReadonlySignal, signal } from '@preact/signals';
import { type Author, readPeople } from '../../sync/people.ts';
import { lineCount } from '../../sync/presence-state.ts';
import type { Provider } from '../../sync/provider.ts';
import { cleanName } from '../person.ts';
import { strings } from '../strings.ts';

/** Someone who has written in a document. */
export interface ShownAuthor {
  /** The same for all client ids of one person. */
  readonly key: string;
  readonly name: string;
  readonly color: number;
  /** Kind of line, which tells authors of one colour apart. */
  readonly line: number;
  readonly isSelf: boolean;
}

/** Those who have written in a document by client id, as a value that the interface follows. */
export interface AuthorList {
  readonly authors: ReadonlySignal<ReadonlyMap<number, ShownAuthor>>;
  stop(): void;
}

/** Follows who has written in an open document. */
export function followAuthors({ people, doc }: Provider, ownId: string): AuthorList {
  const read = () => shownAuthors(readPeople(people), { client: doc.clientID, id: ownId });
  const authors = signal(read());
  const changed = () => {
    authors.value = read();
  };
  people.observe(changed);
  return { authors, stop: () => people.unobserve(changed) };
}

/**
 * One person has the same id at every opening; where another program gave none, the same name and colour. Of several with
 * one colour each has the next kind of line, by their keys: the same for everyone who looks, and at every opening.
 */
export function shownAuthors(
  people: ReadonlyMap<number, Author>,
  self: { readonly client: number; readonly id: string },
): ReadonlyMap<number, ShownAuthor> {
  const shown = new Map<number, ShownAuthor>();
  const ofColor = new Map<number, Set<string>>();
  for (const [client, { name: written, color, id }] of people) {
    const name = cleanName(written) || strings.guest;
    const key = id === '' ? `${color} ${name}` : id;
    const isSelf = client === self.client || (id !== '' && id === self.id);
    ofColor.set(color, (ofColor.get(color) ?? new Set()).add(key));
    shown.set(client, { key, name, color, line: 0, isSelf });
  }
  const lines = new Map<string, number>();
  for (const [color, keys] of ofColor) {
    for (const [i, key] of [...keys].sort().entries()) lines.set(`${color} ${key}`, i % lineCount);
  }
  for (const [client, author] of shown) {
    const line = lines.get(`${author.color} ${author.key}`) ?? 0;
    if (line !== author.line) shown.set(client, { ...author, line });
  }
  return shown;
}
