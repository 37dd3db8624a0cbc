import { useEffect, useState } from 'preact/hooks';
import type { Role } from '../../protocol/ids.ts';
import type { Status } from '../../sync/status.ts';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import type { DocumentSession } from './document-session.ts';
import { progressOf, statusWords } from './status-words.ts';

/** How long everything must stay saved before the word comes back, so that it does not flicker with every key. */
const calmMs = 400;
/** What is heard of the status is heard this long after it last changed. */
const announceMs = 1500;

/** The status in the header, with the progress of what is large. Changes twice with every key, so nothing else is drawn here. */
export function HeaderStatus({ session }: { readonly session: DocumentSession }) {
  const status = session.status.value;
  const { role } = session.keys;
  const progress = progressOf(status);
  return (
    <>
      <div class="editor-status">
        <StatusBadge status={status} role={role} />
      </div>
      {progress !== undefined && (
        <progress class="progress" max={100} value={progress} aria-label={statusWords(status, role).word} />
      )}
    </>
  );
}

/** The status of the document as a word and a shape. It leaves "Saved" at once, and comes back to it when it is quiet. */
function StatusBadge({ status, role }: { readonly status: Status; readonly role: Role }) {
  const shown = useCalm(status);
  const { word, icon, tone } = statusWords(shown, role);
  return (
    <>
      {role === 'view' && (
        <span class="chip view-only">
          <Icon name="eye" />
          {strings.status.viewOnly}
        </span>
      )}
      <span
        class={`status tone-${tone}`}
        data-status={shown.connection.state}
        data-unsaved={shown.unsaved}
        data-saved={shown.saved}
      >
        <Icon name={icon} />
        <span class="status-word">{word}</span>
      </span>
      <Announcement status={status} role={role} />
    </>
  );
}

function useCalm(status: Status): Status {
  const [shown, setShown] = useState(status);
  const wasSaving = shown.connection.state === 'live' && !shown.saved;
  const mustWait = status.saved && wasSaving;
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(status), mustWait ? calmMs : 0);
    return () => window.clearTimeout(timer);
  }, [status, mustWait]);
  // Only the way back to "Saved" may be late.
  return mustWait ? shown : status;
}

/** Says aloud when the connection is lost or everything is saved again; not every number. */
function Announcement({ status, role }: { readonly status: Status; readonly role: Role }) {
  const [said, setSaid] = useState('');
  const { state } = status.connection;
  const sentence =
    state === 'offline'
      ? strings.status.announceOffline
      : status.saved || state === 'refused'
        ? statusWords(status, role).word
        : '';
  useEffect(() => {
    if (sentence === '') return;
    const timer = window.setTimeout(() => setSaid(sentence), announceMs);
    return () => window.clearTimeout(timer);
  }, [sentence]);
  return (
    <span class="off-screen" role="status">
      {said}
    </span>
  );
}
