import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editsOf, readFriendsTrace } from '../fixtures/friends-trace.ts';
import { startRelay } from '../processes/relay-process.ts';
import { DocumentPage, introduce, open } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';
import { tokensIn, Writing } from './writing.ts';

const editsEach = 2000;
const editsPerToken = 20;

let home: string;

beforeEach(async () => {
  home = await newHome();
});

afterEach(() => cleanUp(home));

test('[G2][G3] two people in two apps write one text at once: copies are equal, each token is there once', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  const berta = await ElectronApp.start(home, 'berta');
  await introduce(anna, 'Anna');
  await introduce(berta, 'Berta');
  const annas = await DocumentPage.create(anna);
  await annas.type('Typed with the keyboard. ');
  const bertas = await DocumentPage.open(berta, await annas.sharedId());
  await bertas.shows('Typed with the keyboard. ');
  await bertas.type('By both of us. ');
  await annas.shows('By both of us. ');
  await annas.showsCursorOf('Berta');
  await bertas.showsCursorOf('Anna');

  const trace = readFriendsTrace();
  const writers = [await Writing.follow(annas), await Writing.follow(bertas)] as const;
  const [byAnna, byBerta] = writers;
  await Promise.all(
    writers.map((writer, agent) =>
      writer.type({
        author: agent === 0 ? 'anna' : 'berta',
        edits: editsOf(trace, agent, editsEach),
        editsPerToken,
        pauseMs: 0,
      }),
    ),
  );
  const overlapMs =
    Math.min(...writers.map(({ typed }) => typed.at(-1)?.atMs ?? 0)) -
    Math.max(...writers.map(({ typed }) => typed[0]?.atMs ?? Number.POSITIVE_INFINITY));
  expect(overlapMs, 'both typed at the same time').toBeGreaterThan(0);

  await annas.saved();
  await bertas.saved();
  await waitFor('the copies to be equal', async () => (await annas.text()) === (await bertas.text()), {
    deadlineMs: 60_000,
    seen: async () => [(await annas.text()).length, (await bertas.text()).length],
  });
  const text = await annas.text();
  const typed = [...byAnna.typed, ...byBerta.typed].map(({ token }) => token);
  expect(typed).toHaveLength((2 * editsEach) / editsPerToken);
  expect([...tokensIn(text)].sort()).toEqual([...typed].sort());

  // Only what is in view is drawn, so both go to the end.
  await annas.type('The end. ');
  await bertas.shows('The end. ');
  await bertas.type('Yes.');
  await annas.showsCursorOf('Berta');
  await bertas.showsCursorOf('Anna');
  await anna.screenshots('two-people');
  await berta.screenshots('two-people');
});

test('an ID of no document says so and makes none; a mistyped one is refused', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  await anna.relayUrl();
  const library = await anna.library();
  const created = await DocumentPage.create(anna);
  const { documentId } = created;
  await open(library, `${documentId.slice(0, -1)}${documentId.endsWith('2') ? '3' : '2'}`);
  await library.getByText('has a typing error').waitFor();
  expect(anna.urls()).toHaveLength(2);

  const elsewhere = await newHome();
  const other = await startRelay({
    data: join(elsewhere, 'other-relay'),
    args: ['--origin', 'app://inkroom'],
  });
  try {
    const berta = await ElectronApp.start(elsewhere, 'berta');
    await berta.relayUrl();
    const bertas = await berta.library();
    await open(bertas, documentId);
    const page = await berta.documentWindow();
    await page.getByText('No such document on this computer').waitFor();
    await page.close();
    const { host } = new URL(other.url);
    await open(bertas, `${other.url}/#${documentId}`);
    await (await berta.documentWindow()).getByText(`No such document on ${host}`).waitFor();
  } finally {
    await other.kill('SIGTERM');
    await cleanUp(elsewhere);
  }
});
