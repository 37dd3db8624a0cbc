import { effect } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type * as Y from 'yjs';
import { type Restoration, readRestoration, restorationKey } from '../../sync/restoration.ts';
import type { AuthorList } from '../authors/author-list.ts';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import { momentWords } from '../time-words.ts';
import type { DocumentSession } from './document-session.ts';
import { sidePanel } from './editor-layout.ts';

interface RestoredNoticeProps {
  readonly session: DocumentSession;
  readonly people: AuthorList;
}

interface Told extends Restoration {
  /** This copy had everything before it, and has kept that. */
  readonly isBeforeKept: boolean;
}

/**
 * Who else has put which version in the place of the text, until it is closed or the history is looked at. Only what happens
 * after this window was live for the first time: the last restoration stays in the document, however long ago it was.
 */
export function RestoredNotice({ session, people }: RestoredNoticeProps) {
  const [restoration, setRestoration] = useState<Told | undefined>(undefined);
  const provider = session.provider.value;
  const isEditor = session.keys.role === 'edit';
  const isHistoryOpen = sidePanel.value === 'history';
  useEffect(() => {
    if (provider === undefined) return;
    const { meta } = provider;
    let hasBeenLive = false;
    const isLive = () => session.status.peek().connection.state === 'live';
    const stopFollowing = effect(() => {
      if (session.status.value.connection.state === 'live') hasBeenLive = true;
    });
    const changed = ({ keysChanged, transaction }: Y.YMapEvent<unknown>) => {
      if (transaction.local || !hasBeenLive || !keysChanged.has(restorationKey)) return;
      const restored = readRestoration(meta);
      setRestoration(restored && { ...restored, isBeforeKept: isEditor && isLive() });
    };
    meta.observe(changed);
    return () => {
      stopFollowing();
      meta.unobserve(changed);
    };
  }, [provider, session, isEditor]);
  useEffect(() => {
    if (isHistoryOpen) setRestoration(undefined);
  }, [isHistoryOpen]);
  if (restoration === undefined) return null;
  const { by, ofMs, isBeforeKept } = restoration;
  const name = people.authors.value.get(by)?.name;
  return (
    <div class="notice plain" role="status">
      <Icon name="restore" />
      <p>
        {strings.history.restoredBy(name, momentWords(ofMs, Date.now()))}
        {isBeforeKept && ` ${strings.history.beforeIsKept}`}
      </p>
      {isEditor && !isHistoryOpen && (
        <button
          type="button"
          onClick={() => {
            sidePanel.value = 'history';
          }}
        >
          {strings.history.show}
        </button>
      )}
      <button type="button" onClick={() => setRestoration(undefined)}>
        {strings.close}
      </button>
    </div>
  );
}
