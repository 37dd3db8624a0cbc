import { initials, type Person, personClass } from './person.ts';
import { strings } from './strings.ts';

/** The name a person is shown by: their own, or "Guest", and behind it "(you)" or "(idle)" where that is so. */
export function shownName(person: Person): string {
  const name = person.name || strings.guest;
  if (person.isSelf) return strings.people.self(name);
  return person.isIdle ? strings.people.idleName(name) : name;
}

/** A person as a disc with initials; one's own has a ring. Its name is in the tooltip and belongs in the text beside it. */
export function Avatar({ person }: { readonly person: Person }) {
  return (
    <span
      class={`avatar ${personClass(person)}${person.isSelf ? ' self' : ''}`}
      title={shownName(person)}
      aria-hidden="true"
    >
      {initials(person.name || strings.guest)}
    </span>
  );
}
