import { useState } from 'preact/hooks';
import { limits } from '../../protocol/limits.ts';
import { strings } from '../strings.ts';

/** Asks for the access token of a private relay. */
export function TokenForm({ onToken }: { readonly onToken: (token: string) => void }) {
  const [token, setToken] = useState('');
  const send = (event: Event) => {
    event.preventDefault();
    if (token.trim() !== '') onToken(token.trim());
  };
  return (
    <form class="inline-form" onSubmit={send}>
      <input
        value={token}
        maxLength={limits.tokenChars}
        aria-label={strings.trouble.token}
        placeholder={strings.trouble.token}
        title={strings.trouble.tokenHint}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <button type="submit">{strings.trouble.tokenSend}</button>
    </form>
  );
}
