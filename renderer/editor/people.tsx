import { useEffect, useState } from 'preact/hooks';
import { Avatar, shownName } from '../avatar.tsx';
import { Icon } from '../icon.tsx';
import type { Person } from '../person.ts';
import { Popover } from '../popover.tsx';
import { OwnPersonPanel } from '../settings-panel.tsx';
import { strings } from '../strings.ts';
import { isFollowed, startFollowing, toggleFollowing } from './following.ts';
import { ownPersonOpen } from './own-person.ts';

const narrow = window.matchMedia('(max-width: 719px)');

/** Who is here: up to five avatars and a list of all. A press follows a person, and on oneself opens one's name and colour. */
export function People({ people }: { readonly people: readonly Person[] }) {
  const [open, setOpen] = useState(false);
  const most = useNarrow() ? 2 : 5;
  useEffect(() => () => toggleOwnPerson(false), []);
  if (people.length === 0) return null;
  const shown = people.length > most ? people.slice(0, most - 1) : people;
  const rest = people.length - shown.length;
  return (
    <div class="people">
      {shown.map((person) => (
        <Face key={person.clientId} person={person} />
      ))}
      <button
        type="button"
        class="people-open"
        aria-expanded={open}
        aria-haspopup="dialog"
        title={strings.people.label(people.length)}
        onClick={() => setOpen(!open)}
      >
        <span class="off-screen">
          {`${strings.people.label(people.length)}: ${people.map(shownName).join(', ')}`}
        </span>
        {rest > 0 && (
          <span class="avatar avatar-rest" aria-hidden="true">
            {strings.people.more(rest)}
          </span>
        )}
        <Icon name="chevron-down" />
      </button>
      {open && (
        <Popover heading={strings.people.heading} place="people-place" onClose={() => setOpen(false)}>
          <ul class="people-list">
            {people.map((person) => (
              <li key={person.clientId}>
                <PersonRow person={person} onChosen={() => setOpen(false)} />
              </li>
            ))}
          </ul>
          <p class="hint">{people.length === 1 ? strings.people.nobodyElse : strings.people.followHint}</p>
        </Popover>
      )}
      {ownPersonOpen.value && <OwnPersonPanel onClose={() => toggleOwnPerson(false)} />}
    </div>
  );
}

function toggleOwnPerson(open = !ownPersonOpen.peek()): void {
  ownPersonOpen.value = open;
}

/** An avatar of the header. */
function Face({ person }: { readonly person: Person }) {
  const props = person.isSelf ? ownProps() : followProps(person);
  return (
    <button type="button" class="face" {...props}>
      <Avatar person={person} />
      <span class="off-screen">
        {person.isSelf ? strings.people.yourself : strings.people.follow(shownName(person))}
      </span>
    </button>
  );
}

function PersonRow({ person, onChosen }: { readonly person: Person; readonly onChosen: () => void }) {
  const { onClick, ...rest } = person.isSelf ? ownProps() : followProps(person);
  const choose = () => {
    onChosen();
    onClick();
  };
  return (
    <button type="button" class="person-row" {...rest} onClick={choose}>
      <Avatar person={person} />
      {!person.isSelf && <span class="off-screen">{`${strings.people.followWord} `}</span>}
      <span class="person-name">{person.isSelf ? shownName(person) : person.name || strings.guest}</span>
      {person.isSelf && <span class="off-screen">{`: ${strings.people.yourself}`}</span>}
      {person.isIdle && <span class="person-idle">{strings.people.idle}</span>}
    </button>
  );
}

/** What makes a button open one's own name and colour. */
function ownProps() {
  return {
    'aria-haspopup': 'dialog',
    'aria-expanded': ownPersonOpen.value,
    title: strings.people.yourself,
    onClick: () => toggleOwnPerson(),
  } as const;
}

/** What makes a button follow a person, and follow nobody when it is pressed again. */
function followProps(person: Person) {
  return {
    'aria-pressed': isFollowed(person.clientId),
    title: strings.people.follow(shownName(person)),
    disabled: startFollowing.value === undefined,
    onClick: () => toggleFollowing(person.clientId),
  };
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
