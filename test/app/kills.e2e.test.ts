import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editsOf, readFriendsTrace } from '../fixtures/friends-trace.ts';
import { readDurableLog } from '../processes/durable-log.ts';
import { DocumentPage, introduce } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';
import { tokensIn, Writing } from './writing.ts';

const editsEach = 1500;
const editsPerToken = 5;
const tokensEach = editsEach / editsPerToken;
/** Slow enough for the relay to be killed and started again while both type. */
const pauseMs = 8;
const editsPerRest = 150;

let home: string;

beforeEach(async () => {
  home = await newHome();
});

afterEach(() => cleanUp(home));

test('[G1][G2][G4] the relay process is killed twice while two people type: nothing is lost, "Saved" was true', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  await anna.relayUrl();
  const berta = await ElectronApp.start(home, 'berta');
  await introduce(anna, 'Anna');
  await introduce(berta, 'Berta');
  const annas = await DocumentPage.create(anna);
  await annas.saved();
  const bertas = await DocumentPage.open(berta, annas.documentId);
  const [byAnna, byBerta] = [await Writing.follow(annas), await Writing.follow(bertas)];
  const writings = [byAnna, byBerta];

  const trace = readFriendsTrace();
  const typing = Promise.all(
    writings.map((writing, agent) =>
      writing.type({
        author: agent === 0 ? 'anna' : 'berta',
        edits: editsOf(trace, agent, editsEach),
        editsPerToken,
        pauseMs,
        editsPerRest,
      }),
    ),
  );
  // If anything fails before it is awaited, that is the failure to report.
  typing.catch(() => undefined);
  for (const tokens of [Math.round(tokensEach / 4), Math.round(tokensEach / 2)]) {
    await byAnna.typedTokens(tokens);
    await byBerta.typedTokens(tokens);
    // The hardest moment for "Saved": it has just been said, and the other is typing.
    await byAnna.savedAgain();
    const log = await killRelay([anna, berta], annas.documentId);
    for (const writing of writings) expect(writing.falselySaved(log)).toEqual([]);
    await waitFor('another relay process', async () => (await anna.relayPid()) ?? (await berta.relayPid()));
  }
  await typing;
  await annas.saved();
  await bertas.saved();
  await waitFor('the copies to be equal', async () => (await annas.text()) === (await bertas.text()), {
    seen: async () => [(await annas.text()).length, (await bertas.text()).length],
  });

  const typed = writings.flatMap((writing) => writing.typed.map(({ token }) => token));
  expect(typed).toHaveLength(2 * tokensEach);
  const text = await annas.text();
  expect([...tokensIn(text)].sort()).toEqual([...typed].sort());
  for (const { statuses } of writings) {
    await waitFor('"Saved" as the last word', () => statuses.at(-1)?.word === 'Saved', {
      seen: () => statuses.at(-1),
    });
  }
  const log = await killRelay([anna, berta], annas.documentId);
  expect(log.text).toBe(text);
  for (const { statuses } of writings) {
    expect(statuses.filter(({ saved }) => saved).length, '"Saved" was said in between').toBeGreaterThan(2);
    expect(statuses.filter(({ word }) => word.startsWith('Saving')).length).toBeGreaterThan(0);
    expect(
      statuses.filter(({ word }) => /Offline|Connecting/.test(word)).length,
      'each loss was shown',
    ).toBeGreaterThan(0);
  }
});

test('[G1] whenever the window says that nothing is unsaved, the disk has it: the relay is killed in that moment', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  await anna.relayUrl();
  const document = await DocumentPage.create(anna);
  await document.saved();
  const relayData = join(home, 'relay');
  for (let round = 1; round <= 5; round += 1) {
    const copy = join(home, `copy-${round}`);
    const relayPid = await waitFor('the process of the relay', () => anna.relayPid());
    await document.saved();
    await anna.electron.evaluate(killWhenSaved, {
      relayPid,
      relayData,
      copy,
      documentId: document.documentId,
    });
    // One key, so that there is one edit to be saved.
    await document.type(String(round));
    await waitFor('the kill', () =>
      anna.electron.evaluate(() => Reflect.get(globalThis, 'relayKilled') === true),
    );
    const { text } = await readDurableLog(copy, document.documentId);
    expect(text).toBe(await document.text());
  }
});

/** What a relay had on its disk when it was killed. */
interface KilledLog {
  readonly text: string;
  readonly atMs: number;
}

/** Holds both apps still, kills the relay that one of them owns and reads its log before anyone starts it again. */
async function killRelay(apps: readonly ElectronApp[], documentId: string): Promise<KilledLog> {
  const relayPid = await waitFor('the process of the relay', async () => {
    const pids = await Promise.all(apps.map((app) => app.relayPid()));
    return pids.find((pid) => pid !== undefined);
  });
  for (const { pid } of apps) process.kill(pid, 'SIGSTOP');
  const release = () => {
    for (const { pid } of apps) process.kill(pid, 'SIGCONT');
  };
  try {
    const atMs = Date.now();
    process.kill(relayPid, 'SIGKILL');
    const { text } = await readDurableLog(join(home, 'relay'), documentId, release);
    return { text, atMs };
  } finally {
    release();
  }
}

/** Runs in the main process: kills the relay and copies its data as soon as the document's window is told "nothing unsaved". */
function killWhenSaved(
  { BrowserWindow }: typeof import('electron'),
  {
    relayPid,
    relayData,
    copy,
    documentId,
  }: { relayPid: number; relayData: string; copy: string; documentId: string },
): void {
  const window = BrowserWindow.getAllWindows().find(({ webContents }) =>
    webContents.getURL().includes(documentId),
  );
  if (window === undefined) throw new Error('the document has no window');
  Object.assign(globalThis, { relayKilled: false });
  let wasUnsaved = false;
  window.setDocumentEdited = (edited) => {
    if (edited) wasUnsaved = true;
    if (edited || !wasUnsaved || Reflect.get(globalThis, 'relayKilled') === true) return;
    process.kill(relayPid, 'SIGKILL');
    process.getBuiltinModule('node:fs').cpSync(relayData, copy, { recursive: true });
    Object.assign(globalThis, { relayKilled: true });
  };
}
