import type { ComponentChildren } from 'preact';
import { isRefusalCode, refusals } from '../../protocol/refusals.ts';
import { Icon, type IconName } from '../icon.tsx';
import { strings } from '../strings.ts';
import type { DocumentSession } from './document-session.ts';
import { TokenForm } from './token-form.tsx';

interface NoticesProps {
  readonly session: DocumentSession;
  /** What the person inserted last was too large and did not go in. */
  readonly insertionRefused: boolean;
  readonly onExport: () => void;
  readonly onToken: (token: string) => void;
  /** Opens the document anew. */
  readonly onRetry: () => void;
}

/** The code of a copy that an entry of another program has damaged. */
const damagedCopy = 'damaged-copy';

/** What a person has to know or do about an open document, above its text. */
export function Notices({ session, insertionRefused, onExport, onToken, onRetry }: NoticesProps) {
  const { connection, journalTrouble, diverged, unopened, incomplete } = session.status.value;
  const exportButton = (
    <button type="button" onClick={onExport}>
      {strings.trouble.exportText}
    </button>
  );
  return (
    <>
      {diverged && (
        <Notice tone="danger" icon="stop">
          <p>{strings.trouble.diverged}</p>
          {exportButton}
        </Notice>
      )}
      {journalTrouble !== undefined && (
        <Notice tone="danger" icon="stop">
          <p>{strings.trouble.journal(journalTrouble)}</p>
          {exportButton}
        </Notice>
      )}
      {connection.state === 'refused' && (
        <Notice tone="danger" icon="stop">
          <p>
            <strong>{refusalSentence(connection)}</strong> {refusalAdvice(connection)}
          </p>
          {connection.code === 'token-required' ? (
            <TokenForm onToken={onToken} />
          ) : (
            <>
              {exportButton}
              <button type="button" onClick={onRetry}>
                {strings.trouble.retry}
              </button>
            </>
          )}
        </Notice>
      )}
      {unopened > 0 && (
        <Notice tone="warn" icon="stop">
          <p>{strings.trouble.unopened(unopened)}</p>
        </Notice>
      )}
      {incomplete && connection.state === 'live' && (
        <Notice tone="warn" icon="stop">
          <p>{strings.trouble.incomplete}</p>
        </Notice>
      )}
      {insertionRefused && (
        <Notice tone="warn" icon="stop">
          <p>{strings.editor.insertionTooLarge}</p>
        </Notice>
      )}
    </>
  );
}

/** The sentence for a refusal; a code that this version does not know is told in the relay's own words. */
export function refusalSentence(refusal: { readonly code: string; readonly detail: string }): string {
  if (refusal.code === damagedCopy) return strings.trouble.damaged;
  return isRefusalCode(refusal.code)
    ? refusals[refusal.code].sentence
    : strings.trouble.detail(refusal.detail || refusal.code);
}

function refusalAdvice({ code }: { readonly code: string }): string {
  if (code === damagedCopy) return strings.trouble.damagedHint;
  const retried = isRefusalCode(code) && refusals[code].after === 'retry';
  return strings.advice[code] ?? (retried ? strings.adviceElse : strings.adviceStop);
}

interface NoticeProps {
  readonly tone: 'warn' | 'danger';
  readonly icon: IconName;
  readonly children: ComponentChildren;
}

function Notice({ tone, icon, children }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role="alert">
      <Icon name={icon} />
      {children}
    </div>
  );
}
