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
