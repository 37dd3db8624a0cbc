import { strings } from '../strings.ts';
import type { DocumentSession } from './document-session.ts';

/** Characters that some system does not allow in a file's name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go.
const notInNames = /[\u0000-\u001f<>:"/\\|?*]+/g;

/** Longest name of an exported file, in UTF-16 units; systems allow 255 bytes. */
const maxNameLength = 60;

/** Saves the text of an open document as a file. */
export function saveTextCopy(session: DocumentSession): void {
  exportText(session.title.peek(), session.provider.peek()?.text.toString() ?? '');
}

/** Saves a text as a Markdown file, by the browser's or the app's way of downloading. */
export function exportText(title: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/markdown;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${fileName(title)}.md`;
  link.click();
  URL.revokeObjectURL(address);
}

/** A title as the name of a file, without its ending. */
export function fileName(title: string): string {
  return (
    title.replace(notInNames, ' ').replace(/\s+/g, ' ').trim().slice(0, maxNameLength).trim() ||
    strings.untitled
  );
}
