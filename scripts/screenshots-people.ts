import { relativePlace } from '../renderer/editor/relative-places.ts';
import type { Provider } from '../sync/node.ts';
import { newDocument, openById, type WebRoom, whenSaved } from '../test/renderer/web-people.ts';
import { entitle, joinBy, letter, letterTitle, paste, picture } from './screenshots-hands.ts';

const log = Array.from(
  { length: 12 },
  (_, at) =>
    `### Week ${at + 1}\n\nLate on ${(at % 4) + 1} of five mornings, at worst ${(at % 5) * 3 + 7} minutes. The crew of the first crossing had no time to turn round, and the people on the north quay had no word of it.`,
).join('\n\n');

/** They write in the document; the others of `names` only look, and those from `firstIdle` on do something else. */
const writing = 7;
const firstIdle = 14;
const names = [
  'Aino Virtanen',
  'Bogdan',
  'Chidi Okafor',
  'Dana',
  'Elif Yılmaz',
  'Farid',
  'Grace Thompson-Maximiliansen of the north quay',
  'Hana',
  'Ilse Baumann',
  'Jonas Lind',
  'Kofi',
  'Leila Haddad',
  'Mira Roos',
  'Nils',
  'Olga Петрова',
  'Priya Raman',
  'Quentin',
  'Rosa',
  '佐藤 健',
];

/** Someone is followed; and a document with twenty people, of whom some are idle. */
export async function picturePeople(room: WebRoom): Promise<void> {
  const anna = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  const id = await newDocument(anna);
  await entitle(anna, letterTitle);
  await paste(anna, `${letter}\n\n## The log\n\n${log}`);
  await whenSaved(anna);
  await anna.keyboard.press('Control+Home');

  const mira = await room.person({ name: 'Mira Roos', color: 'Orange' });
  await openById(mira, id);
  await anna.locator('.people').getByRole('button', { name: 'Follow Mira Roos', exact: true }).click();
  await anna.locator('.follow-bar', { hasText: 'Following Mira Roos' }).waitFor();
  await mira.locator('.cm-content').focus();
  await mira.keyboard.press('Control+Home');
  await mira.keyboard.press('Control+End');
  for (let line = 0; line < 8; line++) await mira.keyboard.press('ArrowUp');
  await anna.getByText('Week 12').waitFor();
  await anna.locator('.remote-flag', { hasText: 'Mira Roos' }).waitFor();
  await picture(anna, 'following', async () => {
    await mira.keyboard.press('ArrowLeft');
    await mira.keyboard.press('ArrowRight');
  });
  await anna.keyboard.press('Escape');
  await mira.close();

  const others: Provider[] = [];
  for (const [at, name] of names.entries()) {
    const other = await joinBy(room.relay.url, id, name, at % 8);
    if (at >= firstIdle) other.awareness.setLocalStateField('idle', true);
    others.push(other);
  }
  await anna.locator('.cm-scroller').evaluate((scroller) => scroller.scrollTo(0, 0));
  await anna.getByRole('button', { name: /^20 people here/ }).waitFor();
  let round = 0;
  const write = async () => {
    round += 1;
    for (const [at, { text, awareness }] of others.slice(0, writing).entries()) {
      const place = 150 + at * 75 + (round % 2);
      const cursor = relativePlace(text, place);
      awareness.setLocalStateField('cursor', { anchor: cursor, head: cursor });
    }
    await anna.waitForFunction((wanted) => {
      const flags = [...document.querySelectorAll('.remote-flag')].map((flag) => getComputedStyle(flag));
      return (
        flags.filter(({ visibility, opacity }) => visibility === 'visible' && opacity === '1').length >=
        wanted
      );
    }, writing);
  };
  await picture(anna, 'twenty-people', write);
  await anna.locator('.people-open').click();
  await anna.locator('.person-row').nth(19).waitFor();
  await picture(anna, 'twenty-people-list');
  await Promise.all(others.map((other) => other.close()));
}
