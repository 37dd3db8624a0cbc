import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDocument, type Provider } from '../../sync/node.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { introduce, newDocument, openWebRoom, typeAtEnd, type WebRoom, whenSaved } from './web-people.ts';

const longTitle =
  'Minutes of the extraordinary general meeting of the harbour board and the ferry crews, with all appendices and the corrections of November';

let room: WebRoom;
let page: Page;
const others: Provider[] = [];

beforeAll(async () => {
  room = await openWebRoom();
  page = await room.person({ name: '' });
});
afterAll(async () => {
  await Promise.all(others.map((other) => other.close()));
  await room?.close();
});

async function back(shown: Page): Promise<void> {
  await shown.getByRole('button', { name: 'All documents' }).click();
  await shown.getByRole('heading', { name: 'Documents' }).waitFor();
}

afterEach(async () => {
  await room.restartRelay();
});

describe('every screen fits and can be read, in both themes, down to 400×300', () => {
  it('the first run', async () => {
    await page.getByText('No documents yet').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
  });

  it('the empty library, an error in it and the settings', async () => {
    await introduce(page, 'Anna Karlsson', 'Purple');
    await page.getByLabel('Paste a document ID or link to open it').fill('hello');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText('This is not a document ID or link.').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.getByRole('button', { name: /^You are/ }).click();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('the editor with a very long title, finding, and sharing', async () => {
    const id = await newDocument(page);
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.getByLabel('Title').fill(longTitle);
    await page.getByLabel('Title').press('Enter');
    await typeAtEnd(
      page,
      '# Heading with a [link](https://example.org)\n\nSome **bold**, *slanted* and `code`.\n\n',
    );
    await typeAtEnd(page, '> A quotation that goes on.\n');
    const other = await openDocument({ document: id, relayUrl: room.relay.url, name: 'Jonas Lind' });
    others.push(other);
    await other.whenLive();
    other.setUser({ name: 'W'.repeat(40), color: 4 });
    await whenSaved(page);
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Control+f');
    await page.keyboard.type('o');
    await page.getByText(/^\d+ matches$/).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('twenty people and their list', async () => {
    const id = new URL(page.url()).hash.slice(1).split('?')[0] ?? '';
    const names = ['Mira', 'Jonas Lind', 'Анна-Мария', '李明', 'A very long name indeed, to be cut off'];
    for (let i = others.length; i < 19; i++) {
      const name = `${names[i % names.length]} ${i}`;
      const other = await openDocument({ document: id, relayUrl: room.relay.url, name });
      others.push(other);
      await other.whenLive();
      other.setUser({ name, color: i % 8 });
    }
    const people = page.getByRole('button', { name: /^20 people here/ });
    await people.waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await people.click();
    await page.getByRole('dialog', { name: 'People here' }).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await Promise.all(others.splice(0).map((other) => other.close()));
  });

  it('a document that is read only', async () => {
    const viewer = await room.person({ name: 'Vera' });
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('radio', { name: 'Can only read' }).check();
    const viewId = await page.getByLabel('Document ID', { exact: true }).inputValue();
    await page.keyboard.press('Escape');
    await viewer.goto(`${room.relay.url}/#${viewId}`);
    await whenSaved(viewer);
    expect(await faultsEverywhere(viewer)).toEqual([]);
    await viewer.close();
  });

  it('offline, and the list with what waits, while asking before a removal', async () => {
    await room.killRelay();
    await page.locator('.status[data-status="offline"]').waitFor();
    await typeAtEnd(page, 'written meanwhile');
    await page.getByText(/^Offline since \d\d:\d\d · \d+ changes safe/).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await back(page);
    await page.getByText(/waiting to send$/).waitFor();
    await page.locator('[data-reach="unreachable"]').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.getByRole('button', { name: /^Remove/ }).click();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  it('a document that the relay does not know', async () => {
    const elsewhere = await openWebRoom();
    const id = await newDocument(await elsewhere.person({ name: 'Carol' }));
    await elsewhere.close();
    await page.goto(`${room.relay.url}/#${id}`);
    await page.getByText(/^No such document on/).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await back(page);
  });

  it('catching up: held in the middle of a large document', async () => {
    const large = await openDocument({ document: 'new', relayUrl: room.relay.url });
    large.text.insert(
      0,
      randomBytes(600_000)
        .toString('base64')
        .replace(/\w{60}/g, '$& '),
    );
    await large.whenSaved();
    const id = large.keys.editId ?? '';
    await large.close();
    const reader = await room.person({ name: 'Rita' });
    let largeFrames = 0;
    await reader.routeWebSocket(/socket\.io/, (socket) => {
      const relay = socket.connectToServer();
      relay.onMessage((message) => {
        if (typeof message !== 'string' && message.length > 10_000) largeFrames += 1;
        if (largeFrames < 5) socket.send(message);
      });
    });
    await reader.goto(`${room.relay.url}/#${id}`);
    await reader.getByText(/^Catching up [1-9]\d* %$/).waitFor();
    expect(await faultsEverywhere(reader)).toEqual([]);
    await reader.close();
  });

  it('a private relay that asks for its token, and lets in who has it', async () => {
    const closed = await openWebRoom(['--token', 'sesame']);
    try {
      const dora = await closed.person({ name: '' });
      await dora.getByRole('button', { name: 'New document' }).click();
      await dora.getByRole('alert').getByText('This relay is private').waitFor();
      expect(await faultsEverywhere(dora)).toEqual([]);
      await dora.getByLabel('Access token').fill('sesame');
      await dora.getByRole('button', { name: 'Connect' }).click();
      await whenSaved(dora);
    } finally {
      await closed.close();
    }
  });
});
