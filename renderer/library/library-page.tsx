import { useEffect, useState } from 'preact/hooks';
import { bridge } from '../bridge.ts';
import { libraryDocuments } from '../library-store.ts';
import { settings } from '../settings-store.ts';
import { strings } from '../strings.ts';
import { WelcomeCard } from '../welcome-card.tsx';
import { DocumentRow } from './document-row.tsx';
import { chooseFiles, FileDrop } from './file-drop.tsx';
import { LibraryFooter } from './library-footer.tsx';
import { OpenForm } from './open-form.tsx';
import { openNew } from './opening.ts';
import { useRoomPresence } from './room-presence.ts';

const minuteMs = 60_000;

/** The documents on this computer, and the ways to get one. */
export function LibraryPage({ pasted }: { readonly pasted: string | undefined }) {
  useEffect(() => {
    document.title = strings.app;
    return bridge.on('menu:command', ({ command }) => {
      if (command === 'new-document') void openNew();
      if (command === 'open-file') void chooseFiles();
    });
  }, []);
  return (
    <FileDrop>
      <main class="library-main">
        <h1>{strings.library.heading}</h1>
        {settings.value?.name === '' && <WelcomeCard text={strings.welcome.text} />}
        <OpenForm pasted={pasted} />
        <DocumentList />
      </main>
      <LibraryFooter />
    </FileDrop>
  );
}

function DocumentList() {
  const [nowMs, setNowMs] = useState(() => Date.now());
  const documents = libraryDocuments.value;
  useRoomPresence();
  useEffect(() => {
    const timer = window.setInterval(() => setNowMs(Date.now()), minuteMs);
    return () => window.clearInterval(timer);
  }, []);
  if (documents === undefined) return null;
  if (documents.length === 0) {
    return (
      <section class="empty">
        <h2>{strings.library.empty}</h2>
        <p>{strings.library.emptyHint}</p>
      </section>
    );
  }
  return (
    <section>
      <h2 class="list-heading">{strings.library.list}</h2>
      <ul class="documents">
        {documents.map((listed) => (
          <DocumentRow key={listed.roomId} listed={listed} nowMs={Math.max(nowMs, listed.editedMs)} />
        ))}
      </ul>
    </section>
  );
}
