import { bridge } from './bridge.ts';
import { strings } from './strings.ts';

/** In place of a document whose editor could not be fetched: why, another try and a way back. */
export function EditorMissing({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <main class="unknown">
      <div class="unknown-card">
        <div role="alert">
          <h1>{strings.editor.notLoaded}</h1>
        </div>
        <p>{strings.editor.notLoadedHint}</p>
        <div class="inline-form">
          <button type="button" class="primary" onClick={onRetry}>
            {strings.trouble.retry}
          </button>
          <button type="button" onClick={() => void bridge.call('library:show', null)}>
            {strings.editor.back}
          </button>
        </div>
      </div>
    </main>
  );
}
