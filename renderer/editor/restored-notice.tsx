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

/** Who else has put which version in the place of the text, until it is closed or the history is looked at. */
export function RestoredNotice({ session, people }: RestoredNoticeProps) {
  const [restoration, setRestoration] = useState<Restoration | undefined>(undefined);
  const provider = session.provider.value;
  const isHistoryOpen = sidePanel.value === 'history';
  useEffect(() => {
    if (provider === undefined) return;
    const { meta } = provider;
    const changed = ({ keysChanged, transaction }: Y.YMapEvent<unknown>) => {
      if (!transaction.local && keysChanged.has(restorationKey)) setRestoration(readRestoration(meta));
    };
    meta.observe(changed);
    return () => meta.unobserve(changed);
  }, [provider]);
  useEffect(() => {
    if (isHistoryOpen) setRestoration(undefined);
  }, [isHistoryOpen]);
  if (restoration === undefined) return null;
  const { by, ofMs } = restoration;
  const isEditor = session.keys.role === 'edit';
  const name = people.authors.value.get(by)?.name;
  return (
    <div class="notice plain" role="status">
      <Icon name="back" />
      <p>
        {strings.history.restoredBy(name, momentWords(ofMs, Date.now()))}
        {isEditor && ` ${strings.history.beforeIsKept}`}
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
