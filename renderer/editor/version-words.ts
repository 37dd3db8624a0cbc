import type { Person } from '../person.ts';
import { strings, uiLanguage } from '../strings.ts';
import type { Author, VersionChanges } from './version-figures.ts';

/** Names that fit a line of the list. */
const shownNames = 3;

/** Who wrote: "Anna, Jonas and you". Who is here now helps to name them; others are "someone". */
export function authorWords(authors: readonly Author[], present: readonly Person[], ownId: string): string {
  const here = new Map(present.map((person) => [person.clientId, person]));
  const names = authors.map(({ clientId, id, name }) => {
    const person = here.get(clientId);
    if (person?.isSelf || (id !== '' && id === ownId)) return strings.you;
    return name || person?.name || strings.history.someone;
  });
  const different = [...new Set(names)].sort((one, other) => rank(one) - rank(other));
  if (different.length === 0) different.push(strings.history.someone);
  const more = different.length - shownNames;
  const shown = more > 0 ? [...different.slice(0, shownNames), strings.history.others(more)] : different;
  const words = new Intl.ListFormat(uiLanguage, { type: 'conjunction' }).format(shown);
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

/** How much: "+214 −31 characters". */
export function figureWords({ added, removed }: VersionChanges): string {
  return added === 0 && removed === 0 ? strings.history.noChange : strings.history.figures(added, removed);
}

/** Named people before oneself before those who are not known. */
function rank(name: string): number {
  if (name === strings.history.someone) return 2;
  return name === strings.you ? 1 : 0;
}
