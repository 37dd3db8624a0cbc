import type { Signal } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { documentCommands, isMac, keysInWords } from '../bridge.ts';
import { strings } from '../strings.ts';
import type { DocumentSession } from './document-session.ts';
import { sidePanel, toggleSidePanel } from './editor-layout.ts';
import type { EditorMenuItem } from './editor-menu.tsx';
import type { HistoryPanel } from './history-panel.tsx';
import { SidePanel } from './side-panel.tsx';
import type { TextView } from './text-view.ts';
import { keepVersions } from './version-keeper.ts';

interface HistoryProps {
  readonly session: DocumentSession;
  readonly view: Signal<TextView | undefined>;
  /** The relay, as people call it. */
  readonly host: string;
}

/** The line of the ⋯ menu. */
export function historyMenuItem(): EditorMenuItem {
  return {
    label: strings.history.heading,
    checked: sidePanel.value === 'history',
    keys: keysInWords(documentCommands.history, isMac),
    run: () => toggleSidePanel('history'),
  };
}

/** Keeps versions of an open document on this computer, and shows them; what draws them is loaded with the first look. */
export function History({ session, view, host }: HistoryProps) {
  const keeper = useMemo(() => keepVersions(session), [session]);
  const [Panel, setPanel] = useState<{ readonly component: typeof HistoryPanel } | 'failed' | undefined>();
  const isOpen = sidePanel.value === 'history';
  useEffect(() => () => keeper.stop(), [keeper]);
  useEffect(() => {
    if (!isOpen || typeof Panel === 'object') return;
    import('./history-panel.tsx').then(
      ({ HistoryPanel: component }) => setPanel({ component }),
      () => setPanel('failed'),
    );
  }, [isOpen, Panel]);
  if (!isOpen) return null;
  if (typeof Panel === 'object')
    return <Panel.component session={session} view={view} host={host} keeper={keeper} />;
  return (
    <SidePanel heading={strings.history.heading}>
      <p class="history-note">{Panel === 'failed' ? strings.history.notLoaded : strings.history.opening}</p>
    </SidePanel>
  );
}
