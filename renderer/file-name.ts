import { strings } from './strings.ts';
import { wellFormed } from './well-formed.ts';

/** Characters that some system does not allow in a file's name, and those that turn the direction of what follows. */
const notInNames =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go.
  /[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;
/** Names of devices on Windows, with any ending. */
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=$|\.)/i;

/** Longest name of a saved file, in characters; systems allow 255 bytes, and a character takes up to four. */
const maxNameLength = 60;

/** A title as the name of a file, without its ending; one that every system takes. */
export function fileName(title: string): string {
  const plain = wellFormed(title).replace(notInNames, ' ').replace(/\s+/g, ' ').trim();
  const cut = [...plain].slice(0, maxNameLength).join('');
  const bare = cut.replace(/^[. ]+|[. ]+$/g, '');
  return (devices.test(bare) ? `_${bare}` : bare) || strings.untitled;
}

const textEnding = /\.(?:md|markdown|mdown|txt|text|rst|adoc|org|csv|tsv|log)$/i;
const anyEnding = /\.[^\s.]+$/;

/**
 * The name of the file for a copy of a document. A title that names code is one already; one that ends as a file of text
 * does keeps that ending, unless another is asked for. Only what stands before the ending is cut.
 */
export function copyName(title: string, isCode: boolean, asked?: 'md' | 'txt'): string {
  const whole = title.trim();
  const own = (isCode ? anyEnding : textEnding).exec(whole)?.[0] ?? '';
  const ending = isCode || (own !== '' && asked === undefined) ? own : `.${asked ?? 'md'}`;
  return fileName(whole.slice(0, whole.length - own.length)) + ending;
}
