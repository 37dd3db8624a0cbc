import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { roomOfThisFile } from './file-room.ts';
import {
  documentIdOf,
  newDocument,
  openById,
  shownText,
  typeAtEnd,
  untilText,
  whenSaved,
} from './web-people.ts';

const room = roomOfThisFile();
let anna: Page;
let boris: Page;

beforeEach(async () => {
  anna = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  boris = await room.person({ name: 'Boris', color: 'Teal' });
});

describe('when the relay goes away', () => {
  it('[G2][G4] the status says so, writing goes on, the library tells what waits, and all of it arrives', async () => {
    const id = await newDocument(anna);
    await typeAtEnd(anna, 'before');
    await openById(boris, id);
    await untilText(boris, 'before');
    await room.killRelay();
    await anna.locator('.status[data-status="offline"]').waitFor();
    await typeAtEnd(anna, ' during');
    await anna.getByText(/^Offline since \d\d:\d\d · \d+ changes safe on this computer$/).waitFor();
    await anna.getByRole('button', { name: 'All documents' }).click();
    const row = anna.locator('.document');
    await row.getByText(/^\d+ changes safe here, waiting to send$/).waitFor();
    await anna.getByRole('button', { name: /^Remove/ }).click();
    await row.getByText(/changes not yet sent will be lost for good/).waitFor();
    await anna.keyboard.press('Escape');
    await row.locator('.document-open').click();
    await untilText(anna, 'before during');
    await typeAtEnd(boris, ' elsewhere');
    await room.restartRelay();
    await whenSaved(anna);
    await whenSaved(boris);
    await waitFor('one text', async () => (await shownText(anna)) === (await shownText(boris)), {
      seen: async () => [await shownText(anna), await shownText(boris)],
    });
    for (const token of ['before', ' during', ' elsewhere'])
      expect((await shownText(anna)).split(token)).toHaveLength(2);
  });

  it('a document made meanwhile is kept here and reaches the relay later', async () => {
    await room.killRelay();
    await anna.getByRole('button', { name: 'New document' }).click();
    await typeAtEnd(anna, 'made offline');
    await anna.getByText(/safe on this computer/).waitFor();
    const id = documentIdOf(anna);
    await anna.getByRole('button', { name: 'All documents' }).click();
    await room.restartRelay();
    await anna.locator('.document-open').click();
    await whenSaved(anna);
    await openById(boris, id);
    await untilText(boris, 'made offline');
  });

  it('removing a document takes it off the list and off the computer', async () => {
    const id = await newDocument(anna);
    await typeAtEnd(anna, 'text');
    await whenSaved(anna);
    await anna.getByRole('button', { name: 'All documents' }).click();
    await anna.getByRole('button', { name: /^Remove/ }).click();
    await anna.getByRole('button', { name: 'Remove', exact: true }).click();
    await anna.getByText('No documents yet').waitFor();
    await waitFor('no journal', async () => {
      const names = await anna.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
      return names.every((name) => name === 'inkroom-library');
    });
    await openById(anna, id);
    await untilText(anna, 'text');
  });
});
