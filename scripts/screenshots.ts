import { mkdir, rm } from 'node:fs/promises';
import { openWebRoom, type WebRoom } from '../test/renderer/web-people.ts';
import { buildDist } from './build.ts';
import { pictureFolder } from './screenshots-hands.ts';
import { pictureLetter } from './screenshots-letter.ts';
import { picturePeople } from './screenshots-people.ts';
import { pictureStates } from './screenshots-states.ts';
import { pictureText } from './screenshots-text.ts';

/**
 * Makes the pictures of docs/screenshots from the running web client and a real relay, in both themes. With names of subjects as
 * arguments it makes theirs anew and leaves the others.
 */
const subjects: Readonly<Record<string, (room: WebRoom) => Promise<void>>> = {
  letter: pictureLetter,
  people: picturePeople,
  text: pictureText,
  states: pictureStates,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(subjects, name));
if (unknown.length > 0)
  throw new Error(`no such subject: ${unknown.join(', ')}; there are ${Object.keys(subjects).join(', ')}`);

await buildDist();
if (asked.length === 0) await rm(pictureFolder, { recursive: true, force: true });
await mkdir(pictureFolder, { recursive: true });
for (const [name, make] of Object.entries(subjects)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const room = await openWebRoom(['--compact-after-bytes', '1KiB']);
  try {
    await make(room);
  } finally {
    await room.close();
  }
}
