import { bridge, type RelayChoice } from '../bridge.ts';
import { CommentsButton } from '../comments/comments-button.tsx';
import type { Discussion } from '../comments/discussion.ts';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import type { DocumentSession } from './document-session.ts';
import { sidePanel, toggleSidePanel } from './editor-layout.ts';
import { EditorMenu, type EditorMenuGroup } from './editor-menu.tsx';
import { People } from './people.tsx';
import { SharePanel } from './share-panel.tsx';
import { HeaderStatus } from './status-badge.tsx';
import { TitleField } from './title-field.tsx';

interface EditorHeaderProps {
  readonly session: DocumentSession;
  readonly discussion: Discussion | undefined;
  readonly relay: RelayChoice;
  readonly sharing: boolean;
  readonly onSharing: (open: boolean) => void;
  readonly onTitleDone: () => void;
  readonly menu: readonly EditorMenuGroup[];
}

/** Title, status, people, Share and the menu. */
export function EditorHeader(props: EditorHeaderProps) {
  const { session, discussion, relay, sharing, onSharing, onTitleDone, menu } = props;
  const { role } = session.keys;
  return (
    <header class="editor-header">
      <button
        type="button"
        class="quiet-icon"
        aria-label={strings.editor.back}
        title={strings.editor.back}
        onClick={() => void bridge.call('library:show', null)}
      >
        <Icon name="back" />
      </button>
      <TitleField
        title={session.title.value}
        editable={role === 'edit' && session.isKnown.value}
        onTitle={(title) => session.setTitle(title)}
        onDone={onTitleDone}
      />
      <HeaderStatus session={session} />
      <People people={session.people.value} />
      {discussion !== undefined && <CommentsButton discussion={discussion} />}
      <button
        type="button"
        class="quiet header-panel"
        aria-pressed={sidePanel.value === 'history'}
        title={strings.history.open}
        onClick={() => toggleSidePanel('history')}
      >
        {strings.history.heading}
      </button>
      <div class="share">
        <button
          type="button"
          class="primary"
          aria-expanded={sharing}
          aria-haspopup="dialog"
          onClick={() => onSharing(!sharing)}
        >
          {strings.editor.share}
        </button>
        {sharing && <SharePanel keys={session.keys} relay={relay} onClose={() => onSharing(false)} />}
      </div>
      <EditorMenu groups={menu} />
    </header>
  );
}
