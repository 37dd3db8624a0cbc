import { type ReadonlySignal, signal } from '@preact/signals';
import { type Author, readPeople } from '../../sync/people.ts';
import type { Provider } from '../../sync/provider.ts';
import { cleanName } from '../person.ts';
import { strings } from '../strings.ts';

/** Someone who has written in a document. */
export interface ShownAuthor {
  /** The same for all client ids of one person. */
  readonly key: string;
  readonly name: string;
  readonly color: number;
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

/** One person has the same name and colour at every opening; which is also how others know them. */
export function shownAuthors(
  people: ReadonlyMap<number, Author>,
  self: { readonly client: number; readonly id: string },
): ReadonlyMap<number, ShownAuthor> {
  const shown = new Map<number, ShownAuthor>();
  for (const [client, { name: written, color, id }] of people) {
    const name = cleanName(written) || strings.guest;
    const isSelf = client === self.client || (id !== '' && id === self.id);
    shown.set(client, { key: `${color} ${name}`, name, color, isSelf });
  }
  return shown;
}
