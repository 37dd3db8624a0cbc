/** The end of a line in a file: of Windows, of all other systems today, of old Macs. */
export type LineEnding = 'crlf' | 'lf' | 'cr';

/** What a file held: a title from its name, its text with `\n` at each line's end, and the ends it had. */
export interface TextFile {
  readonly title: string;
  readonly text: string;
  readonly lineEnding: LineEnding;
}

/** Why a file is not taken. */
export type FileProblem =
  | 'too-large'
  | 'binary'
  | 'utf-16-without-mark'
  | 'utf-32'
  | 'not-utf-8'
  | 'unreadable';

/** Most UTF-16 units a new document starts with; as many as may be inserted into one at once. */
export const maxFileLength = 16_000_000;

/** Longest title made of a name. */
const maxTitleLength = 200;

const lineEnds: Readonly<Record<LineEnding, string>> = { crlf: '\r\n', lf: '\n', cr: '\r' };

/** Reads a file as text: UTF-8 with or without a byte order mark, or UTF-16 with one. */
export function readTextFile(
  name: string,
  bytes: Uint8Array,
): { readonly ok: true; readonly file: TextFile } | { readonly ok: false; readonly problem: FileProblem } {
  const encoding = encodingOf(bytes);
  if (encoding === 'utf-32') return { ok: false, problem: 'utf-32' };
  let read: string;
  try {
    read = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, problem: zerosIn(bytes) ? 'binary' : 'not-utf-8' };
  }
  if (read.includes('\0'))
    return { ok: false, problem: looksLikeUtf16(bytes) ? 'utf-16-without-mark' : 'binary' };
  const text = read.replace(/\r\n?/g, '\n');
  if (text.length > maxFileLength) return { ok: false, problem: 'too-large' };
  return { ok: true, file: { title: titleOf(name), text, lineEnding: mostUsedEnd(read) } };
}

/** A text as a file with these ends of lines has it, whichever it has: another program may have put in any. */
export function withLineEnding(text: string, lineEnding: LineEnding): string {
  return text.replace(/\r\n?|\n/g, lineEnds[lineEnding]);
}

/** A value of a document that names a line's end; `lf` where it is anything else. */
export function parseLineEnding(value: unknown): LineEnding {
  return value === 'crlf' || value === 'cr' ? value : 'lf';
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32' {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 && bytes.length >= 4 ? 'utf-32' : 'utf-16le';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32';
  return a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8';
}

/** Bytes looked at to guess what a file is. */
const lookedAt = 4096;

function zerosIn(bytes: Uint8Array): boolean {
  return bytes.subarray(0, lookedAt).includes(0);
}

/** Every other byte is zero, as in western text. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, lookedAt & ~1);
  const zeros = [0, 0];
  start.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  return Math.max(even, odd) > start.length / 4 && Math.min(even, odd) === 0;
}

/** The end that most lines have; `\n` where none has more. */
function mostUsedEnd(text: string): LineEnding {
  const counts = { crlf: 0, lf: 0, cr: 0 };
  for (const [end] of text.matchAll(/\r\n|\n|\r/g))
    counts[end === '\r\n' ? 'crlf' : end === '\n' ? 'lf' : 'cr'] += 1;
  const { crlf, lf, cr } = counts;
  if (crlf > lf && crlf >= cr) return 'crlf';
  return cr > lf && cr > crlf ? 'cr' : 'lf';
}

function titleOf(name: string): string {
  return name
    .replace(/\.(md|markdown|mdown|txt|text)$/i, '')
    .trim()
    .slice(0, maxTitleLength);
}
