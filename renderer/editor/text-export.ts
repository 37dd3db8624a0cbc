import { signal } from '@preact/signals';
import { bridge } from '../bridge.ts';
import { copyName } from '../file-name.ts';
import { parseLineEnding, withLineEnding } from '../text-file.ts';
import { titleLanguage } from './code-languages.ts';
import type { DocumentSession } from './document-session.ts';

/** Why the last copy was not saved; empty where it was. */
export const copyProblem = signal('');

/** Saves the text of an open document as a file with the line ends of the file it came from. */
export async function saveTextCopy(session: DocumentSession, extension?: 'md' | 'txt'): Promise<void> {
  const provider = session.provider.peek();
  const text = withLineEnding(
    provider?.text.toString() ?? '',
    parseLineEnding(provider?.meta.get('lineEnding')),
  );
  const title = session.title.peek();
  const language = await titleLanguage(title).catch(() => undefined);
  const name = copyName(title, language !== undefined, extension);
  const saved = await bridge
    .call('file:save', { name, text })
    .catch((error: unknown) => ({ state: 'failed', reason: String(error) }) as const);
  copyProblem.value = saved.state === 'failed' ? saved.reason : '';
}
