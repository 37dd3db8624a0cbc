import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { editsOf, readFriendsTrace } from '../fixtures/friends-trace.ts';
import { readDurableLog } from '../processes/durable-log.ts';
import type { RelayProcess } from '../processes/relay-process.ts';
import { DocumentPage, introduce } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { journalFence } from './journal-fence.ts';
import { Line } from './line.ts';
import { newDocumentOn, startStandaloneRelay } from './standalone-relay.ts';
import { waitFor } from './wait-for.ts';
import { tokensIn, Writing } from './writing.ts';

const editsEach = 1000;
const editsPerToken = 10;
const tokensEach = editsEach / editsPerToken;
const pauseMs = 10;
const editsPerRest = 100;

let home: string;
let relay: RelayProcess;
let lines: readonly Line[];

beforeEach(async () => {
  home = await newHome();
  lines = [];
});

afterEach(async () => {
  await Promise.all(lines.map((line) => line.close()));
  await relay.kill('SIGKILL').catch(() => undefined);
  await cleanUp(home);
});

describe.each([
  { transport: 'WebSocket', relayArgs: [] },
  { transport: 'polling', relayArgs: ['--polling-only'] },
])('over $transport', ({ transport, relayArgs }) => {
  test('[G2][G4][G9] an app killed while offline with unsaved edits, and the relay with it, lose nothing', async () => {
    const data = join(home, 'standalone');
    const start = async (port: number) => {
      relay = await startStandaloneRelay(data, port, relayArgs);
    };
    await start(0);
    const { port, url } = relay;
    const documentId = await newDocumentOn(url);
    const [annasLine, bertasLine] = [await Line.to(port), await Line.to(port)];
    lines = [annasLine, bertasLine];

    const anna = await ElectronApp.start(home, 'anna');
    await introduce(anna, 'Anna');
    const annas = await DocumentPage.open(anna, `${annasLine.url}/#${documentId}`);
    const firstBerta = await ElectronApp.start(home, 'berta');
    await introduce(firstBerta, 'Berta');
    const bertas = await DocumentPage.open(firstBerta, `${bertasLine.url}/#${documentId}`);
    const byAnna = await Writing.follow(annas);
    const byBerta = await Writing.follow(bertas);
    await annas.saved();
    await bertas.saved();

    const trace = readFriendsTrace();
    const plan = (author: string, agent: number) => ({
      author,
      edits: editsOf(trace, agent, editsEach),
      editsPerToken,
      pauseMs,
      editsPerRest,
    });
    const annasTyping = byAnna.type(plan('anna', 0));
    annasTyping.catch(() => undefined);
    const bertasTyping = byBerta.type(plan('berta', 1)).catch(() => 'killed');

    // Berta loses her line and goes on typing; then she and the relay are killed at once.
    await byBerta.typedTokens(tokensEach / 5);
    bertasLine.cut();
    await waitFor(
      'Berta to be offline',
      async () => /Offline|Connecting/.test((await bertas.status()).word),
      {
        seen: () => bertas.status(),
      },
    );
    await byBerta.typedTokens(byBerta.typed.length + tokensEach / 5);
    const journaledMs = await journalFence(bertas.page);
    await Promise.all([firstBerta.kill(), relay.kill('SIGKILL')]);
    expect(await bertasTyping).toBe('killed');
    expect(byBerta.typed.length).toBeLessThan(tokensEach);
    const killedLog = (await readDurableLog(data, documentId)).text;
    for (const writing of [byAnna, byBerta]) {
      expect(writing.falselySaved({ text: killedLog, atMs: Date.now() })).toEqual([]);
    }
    await start(port);

    // Still offline, her text is on the screen again, with all she typed, and says that it waits to be sent.
    const promised = byBerta.typed.filter(({ atMs }) => atMs < journaledMs).map(({ token }) => token);
    expect(
      promised.filter((token) => !killedLog.includes(token)).length,
      'some edits are only hers',
    ).toBeGreaterThan(5);
    const berta = await ElectronApp.start(home, 'berta');
    const again = await DocumentPage.open(berta, `${bertasLine.url}/#${documentId}`);
    const onScreen = await again.text();
    expect(promised.filter((token) => !onScreen.includes(token))).toEqual([]);
    await waitFor(
      'the unsaved edits to be said',
      async () => /Offline since [\d:]+ · \d+ changes? safe/.test((await again.status()).word),
      {
        seen: () => again.status(),
      },
    );
    const byBertaAgain = await Writing.follow(again);
    bertasLine.mend();

    await annasTyping;
    await annas.saved();
    await again.saved();
    await waitFor('the copies to be equal', async () => (await annas.text()) === (await again.text()), {
      seen: async () => [(await annas.text()).length, (await again.text()).length],
    });
    const text = await annas.text();
    const tokens = tokensIn(text);
    expect(new Set(tokens).size, 'no token is there twice').toBe(tokens.length);
    expect(byAnna.typed).toHaveLength(tokensEach);
    for (const token of [...byAnna.typed.map((typed) => typed.token), ...promised])
      expect(tokens).toContain(token);
    const received = [byAnna.received, byBertaAgain.received];
    if (transport === 'polling') {
      for (const { webSocketFrames, pollingAnswers } of received) {
        expect(webSocketFrames).toBe(0);
        expect(pollingAnswers).toBeGreaterThan(0);
      }
    } else for (const { webSocketFrames } of received) expect(webSocketFrames).toBeGreaterThan(0);

    await relay.kill('SIGKILL');
    const log = (await readDurableLog(data, documentId)).text;
    expect(log).toBe(text);
    for (const writing of [byAnna, byBerta, byBertaAgain]) {
      expect(writing.falselySaved({ text: log, atMs: Date.now() })).toEqual([]);
    }
  });
});
