import { computed, type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { AuthorAtCursor, Authors, authorsMenuItem } from '../authors/authors.tsx';
import { bridge, type OpenTarget } from '../bridge.ts';
import { Comments, commentsMenuItem, useDiscussion } from '../comments/comments.tsx';
import { nowhere, relayName, relayUrl } from '../embedded-relay.ts';
import { openNew } from '../library/opening.ts';
import { LinkOffer } from '../link-offer.tsx';
import { changeSettings, initialSettings, settings } from '../settings-store.ts';
import { strings } from '../strings.ts';
import { WelcomeCard } from '../welcome-card.tsx';
import { BesideText, besideItems } from './beside-text.tsx';
import { CaretPlace } from './caret-place.tsx';
import { CopyNotice } from './copy-notice.tsx';
import { CountLine } from './count-line.tsx';
import { type DocumentSession, openSession } from './document-session.ts';
import { EditorHeader } from './editor-header.tsx';
import type { EditorMenuGroup } from './editor-menu.tsx';
import { FollowBar, followClass } from './follow-bar.tsx';
import { History, historyMenuItem } from './history.tsx';
import { keepLibraryRecord } from './library-record.ts';
import { Notices } from './notices.tsx';
import { ownPersonMenuItem } from './own-person.ts';
import { RestoredNotice } from './restored-notice.tsx';
import { useFollowing } from './session-following.ts';
import { Shortcuts } from './shortcuts.tsx';
import { saveTextCopy } from './text-export.ts';
import { useTextLanguage } from './text-language.ts';
import { tellSwitches, textMenu } from './text-menu.ts';
import { type Counters, mountText, type TextView } from './text-view.ts';
import { UnknownDocument } from './unknown-document.tsx';
import { onSaveCopy, shortcutsOpen } from './window-commands.ts';
import { windowTime } from './window-time.ts';
import { WordCounter } from './word-count.ts';

interface EditorPageProps {
  readonly target: OpenTarget;
  readonly secret: DocumentSecret;
}

/** One document: opens it, shows it and closes it. */
export function EditorPage({ target, secret }: EditorPageProps) {
  const keys = useMemo(() => deriveKeys(secret), [secret]);
  const [session, setSession] = useState<DocumentSession | undefined>(undefined);
  const [attempt, setAttempt] = useState(0);
  const origin = relayUrl(target.relay);

  useEffect(() => {
    const { name, color, tokens } = settings.peek() ?? initialSettings;
    const url = relayUrl(target.relay) ?? nowhere;
    const { create } = target;
    const opened = openSession(keys, { relayUrl: url, create, user: { name, color }, token: tokens[url] });
    const stopRecord = keepLibraryRecord(opened, target);
    setSession(opened);
    const close = () => {
      stopRecord();
      void opened.close();
    };
    // A page that comes back from the browser's memory has lost its connections: it starts anew.
    const shownAgain = (event: PageTransitionEvent) => event.persisted && setAttempt((n) => n + 1);
    window.addEventListener('pagehide', close);
    window.addEventListener('pageshow', shownAgain);
    return () => {
      window.removeEventListener('pagehide', close);
      window.removeEventListener('pageshow', shownAgain);
      setSession(undefined);
      close();
    };
  }, [keys, target, attempt]);

  useFollowing(session, target);
  if (session === undefined) return null;
  const connect = (token: string) => {
    if (origin === undefined) return;
    const tokens = { ...settings.peek()?.tokens, [origin]: token };
    void changeSettings({ tokens }).then(() => setAttempt((n) => n + 1));
  };
  return (
    <OpenDocument
      key={attempt}
      session={session}
      target={target}
      host={relayName(target.relay)}
      onToken={connect}
      onRetry={() => setAttempt((n) => n + 1)}
    />
  );
}

interface OpenDocumentProps {
  readonly session: DocumentSession;
  readonly target: OpenTarget;
  readonly host: string;
  readonly onToken: (token: string) => void;
  readonly onRetry: () => void;
}

function OpenDocument({ session, target, host, onToken, onRetry }: OpenDocumentProps) {
  const [sharing, setSharing] = useState(false);
  const [insertionRefused, setInsertionRefused] = useState(false);
  const view = useSignal<TextView | undefined>(undefined);
  const counters = useMemo(
    () => ({ whole: new WordCounter(windowTime), selection: new WordCounter(windowTime) }),
    [],
  );
  // The rest of the status changes with every key, and is drawn where it is read.
  const connection = useMemo(() => computed(() => session.status.value.connection), [session]).value;
  const provider = session.provider.value;
  const isKnown = session.isKnown.value;
  const discussion = useDiscussion(session);

  useEffect(
    () =>
      bridge.on('menu:command', ({ command }) => {
        if (command === 'new-document') void openNew();
        else if (command === 'open-file') return;
        else if (command === 'share') setSharing(true);
        else view.peek()?.run(command);
      }),
    [view],
  );

  useEffect(() => {
    // The browser's own search, for one, sees only the lines that are drawn.
    const pressedAnywhere = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && view.peek()?.pressed(event) === true) event.preventDefault();
    };
    window.addEventListener('keydown', pressedAnywhere);
    return () => window.removeEventListener('keydown', pressedAnywhere);
  }, [view]);

  const editor = view.value?.editor;
  const language = useTextLanguage(editor, session.title);
  useEffect(() => onSaveCopy(() => void saveTextCopy(session)), [session]);
  useEffect(tellSwitches, []);

  if (session.failed.value) {
    return <UnknownDocument heading={strings.editor.failed} hint={strings.library.failed} target={target} />;
  }
  const isUnknown = connection.state === 'refused' && connection.code === 'unknown-document' && !isKnown;
  if (isUnknown) {
    return (
      <UnknownDocument
        heading={strings.trouble.noSuchDocument(host)}
        hint={strings.trouble.noSuchDocumentHint}
        target={target}
      />
    );
  }
  const saveCopy = (extension?: 'md' | 'txt') => void saveTextCopy(session, extension);
  const menu: readonly EditorMenuGroup[] = [
    besideItems(),
    [commentsMenuItem(), historyMenuItem(), authorsMenuItem()],
    [ownPersonMenuItem()],
    ...textMenu((command) => view.peek()?.run(command), saveCopy),
  ];
  return (
    <div class="editor">
      <EditorHeader
        session={session}
        discussion={discussion}
        relay={target.relay}
        sharing={sharing}
        onSharing={setSharing}
        onTitleDone={() => view.peek()?.focus()}
        menu={menu}
      />
      <div class="notices">
        <Notices
          session={session}
          insertionRefused={insertionRefused}
          onToken={onToken}
          onRetry={onRetry}
          onExport={() => saveCopy()}
        />
        <CopyNotice />
        {discussion !== undefined && <RestoredNotice session={session} people={discussion.people} />}
        {settings.value?.name === '' && <WelcomeCard text={strings.welcome.editorText} />}
        {discussion !== undefined && <Authors list={discussion.people} view={view} />}
        <FollowBar people={session.people.value} live={connection.state === 'live'} />
      </div>
      <div class="editor-body">
        <BesideText what="outline" view={editor} />
        <main class={followClass(session.people.value)}>
          {provider !== undefined && isKnown ? (
            <TextPane session={session} counters={counters} view={view} onRefused={setInsertionRefused} />
          ) : (
            <p class="page-message">{connection.state === 'offline' ? strings.editor.notHere(host) : ''}</p>
          )}
        </main>
        <BesideText what="preview" view={editor} />
        {discussion !== undefined && <Comments discussion={discussion} view={view} />}
        <History session={session} view={view} host={host} />
      </div>
      <footer class="editor-footer">
        {language === undefined || editor === undefined ? (
          <CountLine {...counters} />
        ) : (
          <CaretPlace view={editor} language={language} />
        )}
        {discussion !== undefined && <AuthorAtCursor list={discussion.people} view={view} />}
        <span class="encrypted">{strings.editor.encrypted(host)}</span>
      </footer>
      <LinkOffer />
      {shortcutsOpen.value && <Shortcuts />}
    </div>
  );
}

interface TextPaneProps {
  readonly session: DocumentSession;
  readonly counters: Counters;
  readonly view: Signal<TextView | undefined>;
  /** Whether the last thing inserted was too large. */
  readonly onRefused: (refused: boolean) => void;
}

function TextPane({ session, counters, view, onRefused }: TextPaneProps) {
  const parent = useRef<HTMLDivElement>(null);
  const provider = session.provider.value;
  const editable = session.keys.role === 'edit';
  useEffect(() => {
    if (parent.current === null || provider === undefined) return;
    const mounted = mountText(parent.current, provider, counters, onRefused);
    mounted.setEditable(editable);
    if (editable && provider.text.length === 0) mounted.focus();
    view.value = mounted;
    return () => {
      view.value = undefined;
      onRefused(false);
      mounted.destroy();
    };
  }, [provider, editable, counters, view, onRefused]);
  return <div class="text-view" ref={parent} />;
}
