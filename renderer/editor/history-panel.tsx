import type { Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { noteRestoration } from '../../sync/restoration.ts';
import { strings } from '../strings.ts';
import { momentWords } from '../time-words.ts';
import type { DocumentSession } from './document-session.ts';
import { sidePanel } from './editor-layout.ts';
import { HistoryList } from './history-list.tsx';
import { SidePanel } from './side-panel.tsx';
import type { TextView } from './text-view.ts';
import { VersionDifference } from './version-difference.tsx';
import type { VersionKeeper } from './version-keeper.ts';
import { Timeline, type TimelineEntry } from './version-timeline.ts';

interface HistoryPanelProps {
  readonly session: DocumentSession;
  readonly view: Signal<TextView | undefined>;
  readonly host: string;
  readonly keeper: VersionKeeper;
}

/** As in the style sheet. */
const panelCoversText = '(max-width: 719px)';

/** The document's versions beside the text, and over the text the difference to the one that was chosen. */
export function HistoryPanel({ session, view, host, keeper }: HistoryPanelProps) {
  if (session.keys.role !== 'edit') {
    return (
      <SidePanel heading={strings.history.heading}>
        <p class="history-note">{strings.history.forEditors}</p>
      </SidePanel>
    );
  }
  return <EditorsHistory session={session} view={view} host={host} keeper={keeper} />;
}

function EditorsHistory({ session, view, host, keeper }: HistoryPanelProps) {
  const timeline = useMemo(() => new Timeline(session, keeper.versions), [session, keeper]);
  const [chosen, setChosen] = useState<TimelineEntry | undefined>(undefined);
  const [left, setLeft] = useState<string | undefined>(undefined);
  const [restored, setRestored] = useState<string | undefined>(undefined);
  useEffect(() => () => timeline.close(), [timeline]);
  const keptCount = keeper.keptCount.value;
  useEffect(() => {
    if (keptCount > 0) void timeline.refresh();
  }, [timeline, keptCount]);

  const choose = (entry: TimelineEntry | undefined) => {
    setRestored(undefined);
    setLeft(undefined);
    setChosen(entry);
  };
  const whenRestored = (entry: TimelineEntry) => {
    setChosen(undefined);
    setRestored(strings.history.restored(momentWords(entry.atMs, Date.now())));
    void timeline.refresh();
  };
  useLayoutEffect(() => {
    if (restored === undefined) return;
    if (window.matchMedia(panelCoversText).matches) sidePanel.value = undefined;
    view.peek()?.focus();
  }, [restored, view]);
  const text = view.value;
  return (
    <>
      {chosen !== undefined && text !== undefined && (
        <VersionDifference
          key={chosen.id}
          entry={chosen}
          timeline={timeline}
          text={text}
          host={host}
          noteRestored={() => noteRestored(session, chosen)}
          beforeRestoring={() => keeper.keepNow('restored')}
          onRestored={() => whenRestored(chosen)}
          onClose={() => {
            choose(undefined);
            setLeft(chosen.id);
          }}
        />
      )}
      <SidePanel heading={strings.history.heading}>
        <p class="history-note history-done" role="status">
          {restored}
        </p>
        <HistoryList
          timeline={timeline}
          present={session.people.value}
          ownId={session.personId}
          host={host}
          chosen={chosen?.id}
          left={left}
          onChoose={choose}
        />
      </SidePanel>
    </>
  );
}

function noteRestored({ provider }: DocumentSession, { atMs }: TimelineEntry): void {
  const opened = provider.peek();
  if (opened !== undefined)
    noteRestoration(opened.meta, { by: opened.doc.clientID, atMs: Date.now(), ofMs: atMs });
}
