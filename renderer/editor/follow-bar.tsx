import { useEffect, useState } from 'preact/hooks';
import { type Person, personClass } from '../person.ts';
import { strings } from '../strings.ts';
import { followState, stopFollowing } from './following.ts';

/** How long it is told that the person who was followed has left. */
const toldMs = 8000;

interface FollowBarProps {
  readonly people: readonly Person[];
  /** Whether the relay tells who is here. */
  readonly live: boolean;
}

/** Says whom this window follows, in their colour, with the way to stop it; and that they have left. Said aloud, too. */
export function FollowBar({ people, live }: FollowBarProps) {
  const following = followState.value;
  const followed = followedPerson(people);
  return (
    <div role="status">
      {followed !== undefined && (
        <div class={`follow-bar ${personClass({ ...followed, isIdle: false })}`}>
          <span class="follow-words">{strings.people.following(followed.name || strings.guest)}</span>
          <button type="button" onClick={stopFollowing}>
            {strings.people.stop}
          </button>
          <kbd>{strings.people.stopKey}</kbd>
        </div>
      )}
      {following.state === 'left' && <Left name={following.name || strings.guest} live={live} />}
    </div>
  );
}

function Left({ name, live }: { readonly name: string; readonly live: boolean }) {
  /** Without a connection nobody is seen: that is not their leaving. */
  const [wasLive] = useState(live);
  useEffect(() => {
    const timer = window.setTimeout(stopFollowing, toldMs);
    return () => window.clearTimeout(timer);
  }, []);
  const words = wasLive ? strings.people.hasLeft(name) : strings.people.lostSight(name);
  return (
    <div class="follow-bar left">
      <span class="follow-words">{words}</span>
    </div>
  );
}

/** Style classes of the text while this window follows someone: a border in their colour. */
export function followClass(people: readonly Person[]): string {
  const followed = followedPerson(people);
  return followed === undefined ? 'text' : `text followed ${personClass({ ...followed, isIdle: false })}`;
}

function followedPerson(people: readonly Person[]): Person | undefined {
  const following = followState.value;
  if (following.state !== 'following') return undefined;
  return people.find(({ clientId }) => clientId === following.clientId);
}
