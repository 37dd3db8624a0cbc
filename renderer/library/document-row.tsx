import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { deleteIndexedDbJournal } from '../../sync/journal-indexeddb.ts';
import { Avatar, shownName } from '../avatar.tsx';
import { forgetDrafts } from '../comments/drafts.ts';
import { forgetKeptVersions } from '../editor/kept-versions.ts';
import { hostOf, isOnlyHere, sharedUrl } from '../embedded-relay.ts';
import { Icon } from '../icon.tsx';
import { forgetDocument, type LibraryDocument } from '../library-store.ts';
import { strings } from '../strings.ts';
import { timeWords } from '../time-words.ts';
import { openListed } from './opening.ts';
import { roomPeople } from './room-presence.ts';

/** So many avatars stand in a row, and then a number. */
const mostFaces = 4;

interface DocumentRowProps {
  readonly listed: LibraryDocument;
  readonly nowMs: number;
}

/** A document of the list: pressing it opens it; the cross asks before it takes the document off this computer. */
export function DocumentRow({ listed, nowMs }: DocumentRowProps) {
  const [asking, setAsking] = useState<'not yet' | 'now' | 'kept'>('not yet');
  const cross = useRef<HTMLButtonElement>(null);
  const title = listed.title || strings.untitled;
  useLayoutEffect(() => {
    if (asking === 'kept') cross.current?.focus();
  }, [asking]);

  if (asking === 'now') {
    return <RemoveQuestion listed={listed} title={title} onKeep={() => setAsking('kept')} />;
  }
  const url = sharedUrl(listed.relay);
  const where =
    url === undefined || isOnlyHere(listed.relay)
      ? strings.library.notShared
      : strings.library.sharedVia(hostOf(url));
  return (
    <li class="document">
      <button type="button" class="document-open" onClick={() => void openListed(listed)}>
        <span class="document-head">
          <span class="document-title">{title}</span>
          {listed.role === 'view' && <span class="chip">{strings.library.viewOnly}</span>}
          {listed.unsaved > 0 && (
            <span class="chip waiting">
              <Icon name="up" />
              {strings.library.waiting(listed.unsaved)}
            </span>
          )}
        </span>
        <span class="document-where">{where}</span>
        <PeopleNow listed={listed} />
        <span class="document-when">{timeWords(listed.editedMs, nowMs)}</span>
      </button>
      <button
        type="button"
        class="quiet-icon"
        ref={cross}
        aria-label={strings.library.remove(title)}
        title={strings.library.remove(title)}
        onClick={() => setAsking('now')}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** Who is in the document now. */
function PeopleNow({ listed }: { readonly listed: LibraryDocument }) {
  const people = roomPeople.value.get(listed.roomId) ?? [];
  if (people.length === 0) return null;
  const shown = people.length > mostFaces ? people.slice(0, mostFaces - 1) : people;
  const rest = people.length - shown.length;
  return (
    <span class="document-people">
      {shown.map((person) => (
        <Avatar key={person.clientId} person={person} />
      ))}
      {rest > 0 && (
        <span class="avatar avatar-rest" aria-hidden="true">
          {strings.people.more(rest)}
        </span>
      )}
      <span class="off-screen">{strings.library.hereNow(people.map(shownName).join(', '))}</span>
    </span>
  );
}

interface RemoveQuestionProps {
  readonly listed: LibraryDocument;
  readonly title: string;
  readonly onKeep: () => void;
}

function RemoveQuestion({ listed, title, onKeep }: RemoveQuestionProps) {
  const keep = useRef<HTMLButtonElement>(null);
  // Before anything is painted: Escape pressed right after the question appears must reach it.
  useLayoutEffect(() => keep.current?.focus(), []);
  const remove = async () => {
    await forgetDocument(listed.roomId);
    forgetDrafts(listed.roomId);
    await Promise.all([deleteIndexedDbJournal(listed.roomId), forgetKeptVersions(listed.roomId)]);
  };
  return (
    <li class="document asking" onKeyDown={(event) => event.key === 'Escape' && onKeep()}>
      <div class="document-question" role="alert">
        <strong>{strings.library.removeQuestion(title)}</strong>
        <span>
          {listed.unsaved > 0 && (
            <strong class="danger-text">{strings.library.removeUnsaved(listed.unsaved)} </strong>
          )}
          {strings.library.removeShared}
        </span>
      </div>
      <button type="button" class="danger" onClick={() => void remove()}>
        {strings.library.removeYes}
      </button>
      <button type="button" ref={keep} onClick={onKeep}>
        {strings.library.removeNo}
      </button>
    </li>
  );
}
