import './editor/short-parse-slices.ts';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { type Place, parsePlace } from './address.ts';
import { isDesktop } from './bridge.ts';
import { EditorMissing } from './editor-missing.tsx';
import { followEmbeddedRelay } from './embedded-relay.ts';
import { lazy } from './lazy.tsx';
import { LibraryPage } from './library/library-page.tsx';
import { loadLibrary } from './library-store.ts';
import { loadSettings, settings } from './settings-store.ts';
import { strings } from './strings.ts';
import './style/style.css';

/** With CodeMirror and Yjs, which the list of documents does without. */
const EditorPage = lazy(async () => (await import('./editor/editor-page.tsx')).EditorPage);

const place = signal<Place | 'no-editor' | undefined>(undefined);
const libraryFailed = signal(false);

/** Shows what the address names; while the editor for it is fetched, what was shown before stays. */
async function followAddress(): Promise<void> {
  const isHere = parsePlace(window.location.hash).page === 'library' || (await EditorPage.load());
  // The address may have changed meanwhile.
  const wanted = parsePlace(window.location.hash);
  place.value = isHere || wanted.page === 'library' ? wanted : 'no-editor';
}

function App() {
  if (libraryFailed.value) {
    return (
      <p class="page-message" role="alert">
        {strings.library.failed}
      </p>
    );
  }
  const shown = place.value;
  if (settings.value === undefined || shown === undefined) return null;
  if (shown === 'no-editor') return <EditorMissing onRetry={() => void followAddress()} />;
  if (shown.page === 'library') return <LibraryPage pasted={shown.pasted} />;
  const { target, secret } = shown;
  const relay = target.relay === 'local' ? 'local' : target.relay.url;
  return <EditorPage key={`${target.documentId} ${relay}`} target={target} secret={secret} />;
}

void followAddress();
window.addEventListener('hashchange', () => void followAddress());

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');
render(<App />, root);

void followEmbeddedRelay();
const stores = Promise.all([loadSettings(), loadLibrary()]);
stores.catch(() => {
  libraryFailed.value = true;
});
if (!isDesktop) {
  // A tab shows the documents of its list itself: at once, and also when the server is away by then. The app has windows for them.
  const preload = () => requestIdleCallback(() => EditorPage.preload());
  stores.then(preload, () => undefined);
}
