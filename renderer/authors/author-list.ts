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
 * one colour each has the next kind of line, in the same order for everyone who looks.
 */
export function shownAuthors(
  people: ReadonlyMap<number, Author>,
  self: { readonly client: number; readonly id: string },
): ReadonlyMap<number, ShownAuthor> {
  const shown = new Map<number, ShownAuthor>();
  const ofColor = new Map<number, Set<string>>();
  for (const [client, { name: written, color, id }] of [...people].sort(([one], [other]) => one - other)) {
    const name = cleanName(written) || strings.guest;
    const key = id === '' ? `${color} ${name}` : id;
    const isSelf = client === self.client || (id !== '' && id === self.id);
    const keys = ofColor.get(color) ?? new Set();
    ofColor.set(color, keys.add(key));
    const line = [...keys].indexOf(key) % lineCount;
    shown.set(client, { key, name, color, line, isSelf });
  }
  return shown;
}
