import './editor/short-parse-slices.ts';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { parsePlace } from './address.ts';
import { EditorPage } from './editor/editor-page.tsx';
import { followEmbeddedRelay } from './embedded-relay.ts';
import { LibraryPage } from './library/library-page.tsx';
import { loadLibrary } from './library-store.ts';
import { loadSettings, settings } from './settings-store.ts';
import { strings } from './strings.ts';
import './style/style.css';

const place = signal(parsePlace(window.location.hash));
const libraryFailed = signal(false);
window.addEventListener('hashchange', () => {
  place.value = parsePlace(window.location.hash);
});

function App() {
  if (libraryFailed.value) {
    return (
      <p class="page-message" role="alert">
        {strings.library.failed}
      </p>
    );
  }
  if (settings.value === undefined) return null;
  const shown = place.value;
  if (shown.page === 'library') return <LibraryPage pasted={shown.pasted} />;
  const { target, secret } = shown;
  const relay = target.relay === 'local' ? 'local' : target.relay.url;
  return <EditorPage key={`${target.documentId} ${relay}`} target={target} secret={secret} />;
}

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');
render(<App />, root);

void followEmbeddedRelay();
Promise.all([loadSettings(), loadLibrary()]).catch(() => {
  libraryFailed.value = true;
});
