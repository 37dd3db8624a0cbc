import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDocument } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { fillText, goToWords, openPreview, wholeText } from './preview-page.ts';
import { newDocument, openWebRoom, type WebRoom, whenSaved } from './web-people.ts';

let room: WebRoom;
let anna: Page;
let documentId: string;

beforeAll(async () => {
  room = await openWebRoom();
  anna = await room.person({ name: 'Anna' });
  documentId = await newDocument(anna);
  await openPreview(anna);
});

afterAll(async () => {
  await room?.close();
});

test('[G3] a task is ticked from the preview while another writes at the same place, and is undone alone', async () => {
  await fillText(anna, 'first\n\n- [ ] ask the board\n- [ ] send it\n');
  const inside = anna.frameLocator('.preview-frame');
  const box = inside.getByRole('checkbox', { name: 'ask the board' });
  await box.waitFor();
  await whenSaved(anna);
  const bert = await openDocument({ document: documentId, relayUrl: room.relay.url, name: 'Bert' });
  try {
    await bert.whenLive();
    await waitFor('Bert to have the text', () => bert.text.toString().includes('send it'));
    // In one moment: a pointer could be pressed on the box and let go where it was before the next line came.
    const ticking = box.dispatchEvent('click');
    for (let n = 0; n < 40; n++) {
      const at = bert.text.toString().indexOf('- [');
      bert.text.insert(at, 'a line above\n');
      bert.text.insert(bert.text.toString().indexOf('ask the board'), 'b');
      await new Promise((turn) => setImmediate(turn));
    }
    await ticking;
    const text = await waitFor(
      'the task to be done',
      async () => {
        const now = await wholeText(anna);
        return now.includes(`- [x] ${'b'.repeat(40)}ask the board`) && now;
      },
      { seen: () => wholeText(anna) },
    );
    expect(text).toBe(
      `first\n\n${'a line above\n'.repeat(40)}- [x] ${'b'.repeat(40)}ask the board\n- [ ] send it\n`,
    );
    await waitFor('Bert to have it done', () => bert.text.toString() === text, {
      seen: () => bert.text.toString(),
    });
    await inside.getByRole('checkbox', { name: /bask the board$/, checked: true }).waitFor();
    await goToWords(anna, 'send it');
    await anna.keyboard.press('Control+Z');
    await waitFor('the task to be open again', async () => (await wholeText(anna)).includes('- [ ] bbb'), {
      seen: () => wholeText(anna),
    });
    expect(await wholeText(anna)).toContain('send it');
    await inside.getByRole('checkbox', { name: 'send it' }).press('Space');
    await inside.getByRole('checkbox', { name: 'send it', checked: true }).press('Space');
    await inside.getByRole('checkbox', { name: 'send it', checked: false }).waitFor();
    expect(await inside.locator('input:focus').getAttribute('aria-label')).toBe('send it');
  } finally {
    await bert.close();
  }
});

test('[G6] who may only read cannot tick a task', async () => {
  await anna.getByRole('button', { name: 'Share', exact: true }).click();
  await anna.getByRole('radio', { name: 'Can only read' }).check();
  const viewId = await anna.getByLabel('Document ID', { exact: true }).inputValue();
  await anna.keyboard.press('Escape');
  const vera = await room.person({ name: 'Vera' });
  await vera.goto(`${room.relay.url}/#${viewId}`);
  await whenSaved(vera);
  const inside = await openPreview(vera);
  const box = inside.getByRole('checkbox', { name: 'send it' });
  await box.waitFor();
  expect(await box.isDisabled()).toBe(true);
  await vera.close();
});
