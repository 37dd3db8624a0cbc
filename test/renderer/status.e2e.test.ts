import { randomBytes } from 'node:crypto';
import type { Page, WebSocketRoute } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { clientEvents } from '../../protocol/events.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import type { RefusalCode } from '../../protocol/refusals.ts';
import { encodeRelayMessage } from '../../protocol/relay-messages.ts';
import { openDocument } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { intrude } from './document-intruder.ts';
import { roomOfThisFile } from './file-room.ts';
import { newDocument, shownText, typeAtEnd, whenSaved } from './web-people.ts';

const room = roomOfThisFile();
let page: Page;
let id: string;
/** What passes between the page and the relay, and what is kept back. */
let line: {
  readonly held: { message: string | Buffer }[];
  hold: 'nothing' | 'appends' | 'large-frames';
  socket: WebSocketRoute | undefined;
};

beforeEach(async () => {
  await room.restartRelay();
  page = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  const current: typeof line = { held: [], hold: 'nothing', socket: undefined };
  line = current;
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const relay = socket.connectToServer();
    current.socket = socket;
    socket.onMessage((message) => {
      const isAppend = typeof message !== 'string' && message[1] === clientEvents.append;
      if (current.hold === 'appends' && isAppend) current.held.push({ message });
      else relay.send(message);
    });
    relay.onMessage((message) => {
      const isLarge = typeof message !== 'string' && message.length > 10_000;
      if (isLarge && current.hold === 'large-frames') current.held.push({ message });
      if (current.hold !== 'large-frames' || current.held.length < 4) socket.send(message);
    });
  });
  id = await newDocument(page);
  // Only what is opened after the routing goes through it.
  await page.reload();
  await whenSaved(page);
  await typeAtEnd(page, 'Start.');
  await whenSaved(page);
});

/** Types letter by letter while `happens`, and gives what was typed; the status or notice appears among the letters. */
async function typedWhile(happens: () => Promise<unknown>): Promise<string> {
  let typed = '';
  let over = false;
  const happening = happens().finally(() => {
    over = true;
  });
  // It is awaited below, after the last key.
  happening.catch(() => {});
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+End');
  // At most so many: whatever happens has its own deadline.
  for (let i = 0; i < 5000 && (!over || typed.length < 20); i++) {
    const letter = 'abcdefghij'[i % 10] ?? '';
    await page.keyboard.press(letter);
    typed += letter;
  }
  await happening;
  await page.keyboard.type(' end');
  return `${typed} end`;
}

async function losesNothing(happens: () => Promise<unknown>): Promise<void> {
  const before = await shownText(page);
  const typed = await typedWhile(happens);
  // Others may have put something before it.
  const after = await shownText(page);
  expect(after.slice(-(before + typed).length)).toBe(before + typed);
  expect(await page.locator('.cm-content').evaluate((text) => text === document.activeElement)).toBe(true);
  expect(await page.getByRole('dialog').count()).toBe(0);
}

function refuse(code: RefusalCode): void {
  const payload = encodeRelayMessage({ event: 'refused', message: { code, ref: undefined, detail: '' } });
  line.socket?.send(Buffer.from(encodeFrame('refused', payload)));
}

describe('[G4] no status takes a key from whoever types', () => {
  it('saving with a number, saved, offline since when with what is safe here, and saved again', async () => {
    line.hold = 'appends';
    await losesNothing(() => page.getByText(/^Saving \d+$/).waitFor());
    await losesNothing(async () => {
      line.hold = 'nothing';
      await room.killRelay();
      await page.getByText(/^Offline since \d\d:\d\d · \d+ changes? safe on this computer$/).waitFor();
    });
    await room.restartRelay();
    await whenSaved(page);
    await losesNothing(async () => {});
    await whenSaved(page);
    const text = await shownText(page);
    await page.reload();
    await waitFor('the text after opening it anew', async () => (await shownText(page)) === text);
  });

  it('catching up with progress', async () => {
    const source = await openDocument({ document: id, relayUrl: room.relay.url });
    await source.whenLive();
    await page.context().setOffline(true);
    line.hold = 'large-frames';
    await line.socket?.close();
    await page.locator('.status[data-status="offline"]').waitFor();
    for (let i = 0; i < 12; i++) source.text.insert(0, `${randomBytes(40_000).toString('base64')}\n`);
    await source.whenSaved();
    await page.context().setOffline(false);
    await losesNothing(() => page.getByText(/^Catching up \d+ %$/).waitFor());
    await source.close();
  });

  it('refused, with the reason and what to do; the text stays here', async () => {
    await losesNothing(async () => {
      refuse('deleted');
      await page.getByText('Not connected').waitFor();
    });
    await page.getByRole('alert').getByText('This document was deleted.').waitFor();
    await page.getByRole('alert').getByText('You can export the copy on this computer.').waitFor();
    await page.getByRole('button', { name: 'Export my text' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  });

  it('refused for want of a token', async () => {
    await losesNothing(async () => {
      refuse('token-required');
      await page.getByLabel('Access token').waitFor();
    });
  });

  it('[G3] copies differ, with the export one press away', async () => {
    const intruder = await intrude(room.relay.url, id);
    await page.locator('.cm-content').focus();
    // Copies are compared while nobody writes: the first key comes right after the alarm.
    intruder.claimOtherText();
    await page.getByText(/^Two copies of this document differ/).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Still typing.');
    await losesNothing(async () => {});
    expect(await shownText(page)).toContain('Start. Still typing.');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export my text' }).click();
    await download;
    intruder.close();
  });
});

describe('[G4] whoever can only read', () => {
  it('is told so beside a status that never says "Saved"', async () => {
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('radio', { name: 'Can only read' }).check();
    const viewId = await page.getByLabel('Document ID', { exact: true }).inputValue();
    const viewer = await room.person({ name: 'Vera' });
    await viewer.goto(`${room.relay.url}/#${viewId}`);
    await viewer.getByText('Up to date').waitFor();
    await viewer.locator('.chip.view-only', { hasText: 'View only' }).waitFor();
    await room.killRelay();
    await viewer.getByText(/^Offline since \d\d:\d\d$/).waitFor();
  });
});
