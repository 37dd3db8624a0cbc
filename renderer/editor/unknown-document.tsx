import { useState } from 'preact/hooks';
import { parseRelayAddress } from '../../sync/link.ts';
import { bridge, type OpenTarget, replaceDocument } from '../bridge.ts';
import { strings } from '../strings.ts';

interface UnknownDocumentProps {
  readonly heading: string;
  readonly hint: string;
  readonly target: OpenTarget;
}

/** In place of a document that cannot be shown: why, a way back and another relay to look on. Nothing is made. */
export function UnknownDocument({ heading, hint, target }: UnknownDocumentProps) {
  const [address, setAddress] = useState('');
  const [wrong, setWrong] = useState(false);
  const tryRelay = (event: Event) => {
    event.preventDefault();
    const url = parseRelayAddress(address);
    setWrong(url === undefined);
    if (url !== undefined) replaceDocument({ documentId: target.documentId, relay: { url }, create: false });
  };
  return (
    <main class="unknown">
      <div class="unknown-card">
        <div role="alert">
          <h1>{heading}</h1>
        </div>
        <p>{hint}</p>
        <form onSubmit={tryRelay}>
          <label class="field">
            <span class="field-name">{strings.trouble.anotherRelay}</span>
            <span class="inline-form">
              <input
                value={address}
                placeholder={strings.settings.addressExample}
                aria-invalid={wrong}
                aria-describedby="relay-wrong"
                spellcheck={false}
                onInput={(event) => setAddress(event.currentTarget.value)}
              />
              <button type="submit">{strings.trouble.tryRelay}</button>
            </span>
          </label>
          <p id="relay-wrong" class="error" role="alert">
            {wrong ? strings.settings.addressWrong : ''}
          </p>
        </form>
        <button type="button" class="primary" onClick={() => void bridge.call('library:show', null)}>
          {strings.editor.back}
        </button>
      </div>
    </main>
  );
}
