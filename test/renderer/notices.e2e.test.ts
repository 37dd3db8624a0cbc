import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { clientEvents } from '../../protocol/events.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { encodeRelayMessage, type Refused } from '../../protocol/relay-messages.ts';
import { letterAfterItself } from '../fixtures/throwing-updates.ts';
import { randomEntry } from '../relay/test-document.ts';
import { intrude } from './document-intruder.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, shownText, typeAtEnd, whenSaved } from './web-people.ts';

const room = roomOfThisFile();
let page: Page;
let id: string;

beforeEach(async () => {
  page = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  id = await newDocument(page);
  await typeAtEnd(page, 'A text that matters.');
  await whenSaved(page);
});

/** Answers every change from now on as a relay does that does not take it. */
async function refuseAppends(refusal: Omit<Refused, 'ref'>): Promise<void> {
  const message = { ...refusal, ref: undefined };
  const payload = encodeRelayMessage({ event: 'refused', message });
  const frame = Buffer.from(encodeFrame('refused', payload));
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const relay = socket.connectToServer();
    socket.onMessage((sent) => {
      if (typeof sent !== 'string' && sent[1] === clientEvents.append) socket.send(frame);
      else relay.send(sent);
    });
  });
  await page.reload();
  await whenSaved(page);
}

function notice(sentence: string | RegExp) {
  return page.getByRole('alert').getByText(sentence);
}

describe('what a person has to know is told above the text, and fits', () => {
  it('[G3] another copy with the same history has another text', async () => {
    const intruder = await intrude(room.relay.url, id);
    intruder.claimOtherText();
    await notice(/^Two copies of this document differ/).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export my text' }).click();
    expect((await download).suggestedFilename()).toBe('Untitled.md');
    intruder.close();
  });

  it('a change of others cannot be read', async () => {
    const intruder = await intrude(room.relay.url, id);
    await intruder.append(randomEntry());
    await notice('1 change of others could not be read and is missing from this text.').waitFor();
    await intruder.append(randomEntry());
    await notice('2 changes of others could not be read and are missing from this text.').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    intruder.close();
  });

  it('[G2] the disk takes no more', async () => {
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('The disk is full.', 'QuotaExceededError');
      };
    });
    await typeAtEnd(page, ' More.');
    await notice(/^This computer could not write the newest changes to its disk/).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
  });

  it('the relay takes no change of this size', async () => {
    await refuseAppends({ code: 'too-large', detail: '' });
    await typeAtEnd(page, ' More.');
    await notice('This change is larger than the relay accepts.').waitFor();
    await notice(/Export the text, and put it into a new document in parts\.$/).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
  });

  it('[G2] [G8] the copy in this window was damaged, and is whole when it is built anew', async () => {
    const intruder = await intrude(room.relay.url, id);
    await intruder.appendUpdate(letterAfterItself());
    intruder.close();
    await notice('A change of another program has damaged the copy in this window.').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await notice('1 change of others could not be read and is missing from this text.').waitFor();
    await typeAtEnd(page, ' And more.');
    await whenSaved(page);
    expect(await shownText(page)).toBe('A text that matters. And more.');
  });

  it('[G8] [X4] values between letters of another program are left out, and writing goes on', async () => {
    const intruder = await intrude(room.relay.url, id);
    const doc = new Y.Doc();
    doc.getArray('content').insert(0, [1, 2]);
    await intruder.appendUpdate(Y.encodeStateAsUpdate(doc));
    intruder.close();
    await notice('1 change of others could not be read and is missing from this text.').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await typeAtEnd(page, ' And more.');
    await whenSaved(page);
    expect(await shownText(page)).toBe('A text that matters. And more.');
  });

  it('[G8] an embedded object of another program is left out, and writing goes on', async () => {
    const intruder = await intrude(room.relay.url, id);
    const doc = new Y.Doc();
    doc.getText('content').insertEmbed(0, { image: 'x' });
    await intruder.appendUpdate(Y.encodeStateAsUpdate(doc));
    intruder.close();
    await notice('1 change of others could not be read and is missing from this text.').waitFor();
    await typeAtEnd(page, ' And more.');
    await whenSaved(page);
    expect(await shownText(page)).toBe('A text that matters. And more.');
  });

  it('more was pasted than goes in at once: the text stays, and the next edit takes the word away', async () => {
    await page.locator('.cm-content').focus();
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'x'.repeat(16_000_001));
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    });
    const told = notice('This is more than can be inserted at once (16 million characters).');
    await told.waitFor();
    expect(await shownText(page)).toBe('A text that matters.');
    expect(await faultsEverywhere(page)).toEqual([]);
    await typeAtEnd(page, ' More.');
    await told.waitFor({ state: 'detached' });
    expect(await shownText(page)).toBe('A text that matters. More.');
    await whenSaved(page);
  });
});
