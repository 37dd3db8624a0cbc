import { useEffect, useState } from 'preact/hooks';
import { Avatar, shownName } from '../avatar.tsx';
import type { Person } from '../person.ts';
import { Popover } from '../popover.tsx';
import { strings } from '../strings.ts';

interface PeopleProps {
  readonly people: readonly Person[];
  readonly onGoTo: (person: Person) => void;
}

const narrow = window.matchMedia('(max-width: 719px)');

/** Who is here: up to five avatars and a number, and a list of all behind them. */
export function People({ people, onGoTo }: PeopleProps) {
  const [open, setOpen] = useState(false);
  const most = useNarrow() ? 2 : 5;
  if (people.length === 0) return null;
  const shown = people.length > most ? people.slice(0, most - 1) : people;
  const rest = people.length - shown.length;
  return (
    <div class="people">
      <button
        type="button"
        class="people-open"
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => setOpen(!open)}
      >
        {shown.map((person) => (
          <Avatar key={person.clientId} person={person} />
        ))}
        <span class="off-screen">
          {`${strings.people.label(people.length)}: ${people.map(shownName).join(', ')}`}
        </span>
        {rest > 0 && (
          <span class="avatar avatar-rest" aria-hidden="true">
            {strings.people.more(rest)}
          </span>
        )}
      </button>
      {open && (
        <Popover heading={strings.people.heading} place="people-place" onClose={() => setOpen(false)}>
          <ul class="people-list">
            {people.map((person) => (
              <li key={person.clientId}>
                <PersonRow person={person} onGoTo={onGoTo} />
              </li>
            ))}
          </ul>
          {people.length === 1 && <p class="hint">{strings.people.nobodyElse}</p>}
        </Popover>
      )}
    </div>
  );
}

function PersonRow({ person, onGoTo }: { readonly person: Person; readonly onGoTo: PeopleProps['onGoTo'] }) {
  const content = (
    <>
      <Avatar person={person} />
      <span class="person-name">{shownName(person)}</span>
    </>
  );
  if (person.isSelf) return <div class="person-row">{content}</div>;
  return (
    <button
      type="button"
      class="person-row"
      title={strings.people.goTo(person.name || strings.guest)}
      onClick={() => onGoTo(person)}
    >
      {content}
    </button>
  );
}

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const changed = () => setNarrow(narrow.matches);
    narrow.addEventListener('change', changed);
    return () => narrow.removeEventListener('change', changed);
  }, []);
  return isNarrow;
}
