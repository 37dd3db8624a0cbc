import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editsOf, readFriendsTrace } from '../fixtures/friends-trace.ts';
import { readDurableLog } from '../processes/durable-log.ts';
import type { RelayProcess } from '../processes/relay-process.ts';
import { DocumentPage, introduce } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { newDocumentOn, startStandaloneRelay } from './standalone-relay.ts';
import { waitFor } from './wait-for.ts';
import { tokensIn, Writing } from './writing.ts';

const editsPerToken = 5;
/** Slow enough for the relay to be killed and started again while both type. */
const pauseMs = 8;
const editsPerRest = 150;

let home: string;
/** The relay that no app owns, if a test has one. */
let standalone: RelayProcess | undefined;

beforeEach(async () => {
  home = await newHome();
  standalone = undefined;
});

afterEach(async () => {
  await standalone?.kill('SIGKILL');
  await cleanUp(home);
});

/** The relay that two apps write through. */
interface KilledRelay {
  /** A document on it, open in the first app, and its ID or link for the second. */
  document(app: ElectronApp): Promise<{ readonly page: DocumentPage; readonly link: string }>;
  kill(apps: readonly ElectronApp[], documentId: string): Promise<KilledLog>;
  /** Resolves when another process has taken its place. */
  backAgain(apps: readonly ElectronApp[]): Promise<void>;
}

const ownedByAnApp: KilledRelay = {
  document: async (app) => {
    const page = await DocumentPage.create(app);
    return { page, link: page.documentId };
  },
  kill: async (apps, documentId) => {
    const relayPid = await ownedRelayPid(apps);
    const kill = async () => process.kill(relayPid, 'SIGKILL');
    return readAfterKill(apps, join(home, 'relay'), documentId, kill);
  },
  backAgain: async (apps) => {
    await ownedRelayPid(apps);
  },
};

const standaloneOverPolling: KilledRelay = {
  document: async (app) => {
    standalone = await startStandaloneRelay(join(home, 'standalone'), 0, ['--polling-only']);
    const link = `${standalone.url}/#${await newDocumentOn(standalone.url)}`;
    return { page: await DocumentPage.open(app, link), link };
  },
  kill: (apps, documentId) =>
    readAfterKill(apps, join(home, 'standalone'), documentId, async () => standalone?.kill('SIGKILL')),
  backAgain: async () => {
    standalone = await startStandaloneRelay(join(home, 'standalone'), standalone?.port ?? 0, [
      '--polling-only',
    ]);
  },
};

test.each([
  { transport: 'WebSocket', relay: ownedByAnApp, editsEach: 1500 },
  { transport: 'polling', relay: standaloneOverPolling, editsEach: 600 },
])(
  '[G1][G2][G4] over $transport, the relay process is killed twice while two people type: nothing is lost, "Saved" was true',
  async ({ transport, relay, editsEach }) => {
    const tokensEach = editsEach / editsPerToken;
    const anna = await ElectronApp.start(home, 'anna');
    await anna.relayUrl();
    const berta = await ElectronApp.start(home, 'berta');
    await introduce(anna, 'Anna');
    await introduce(berta, 'Berta');
    const { page: annas, link } = await relay.document(anna);
    await annas.saved();
    const bertas = await DocumentPage.open(berta, link);
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
      const log = await relay.kill([anna, berta], annas.documentId);
      for (const writing of writings) expect(writing.falselySaved(log)).toEqual([]);
      await relay.backAgain([anna, berta]);
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
    const log = await relay.kill([anna, berta], annas.documentId);
    expect(log.text).toBe(text);
    for (const { statuses, received } of writings) {
      const { webSocketFrames, pollingAnswers } = received;
      if (transport === 'polling') {
        expect(webSocketFrames).toBe(0);
        expect(pollingAnswers).toBeGreaterThan(0);
      } else expect(webSocketFrames).toBeGreaterThan(0);
      expect(statuses.filter(({ saved }) => saved).length, '"Saved" was said in between').toBeGreaterThan(2);
      expect(statuses.filter(({ word }) => word.startsWith('Saving')).length).toBeGreaterThan(0);
      expect(
        statuses.filter(({ word }) => /Offline|Connecting/.test(word)).length,
        'each loss was shown',
      ).toBeGreaterThan(0);
    }
  },
);

test('[G1] whenever the window says that nothing is unsaved, the disk has it: the relay is killed in that moment', async () => {
  const anna = await ElectronApp.start(home, 'anna');
  await anna.relayUrl();
  const document = await DocumentPage.create(anna);
  await document.saved();
  const relayData = join(home, 'relay');
  for (let round = 1; round <= 5; round += 1) {
    const copy = join(home, `copy-${round}`);
    const relayPid = await anna.ownRelayPid();
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

/** The process of the relay that one of the apps owns. */
function ownedRelayPid(apps: readonly ElectronApp[]): Promise<number> {
  return waitFor('the process of the relay', async () => {
    const pids = await Promise.all(apps.map((app) => app.relayPid()));
    return pids.find((pid) => pid !== undefined);
  });
}

/** Holds the apps still, kills the relay and reads its log before anyone starts it again. */
async function readAfterKill(
  apps: readonly ElectronApp[],
  data: string,
  documentId: string,
  kill: () => Promise<unknown>,
): Promise<KilledLog> {
  for (const { pid } of apps) process.kill(pid, 'SIGSTOP');
  const release = () => {
    for (const { pid } of apps) process.kill(pid, 'SIGCONT');
  };
  try {
    const atMs = Date.now();
    await kill();
    const { text } = await readDurableLog(data, documentId, release);
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
