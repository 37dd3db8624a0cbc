import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { openAsDesktop } from './desktop-stand-in.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { documentIdOf, newDocument, openWebRoom, typeAtEnd, type WebRoom, whenSaved } from './web-people.ts';

const networkUrl = 'http://192.168.1.5:4040';

let room: WebRoom;
let away: WebRoom;
let page: Page;

beforeAll(async () => {
  room = await openWebRoom();
  away = await openWebRoom(['--origin', room.relay.url]);
  const own = { state: 'running', url: room.relay.url } as const;
  page = await openAsDesktop(room, {
    relay: { ...own, networkUrls: [], networkOpen: false },
    network: [
      { ...own, networkUrls: [], networkOpen: true },
      { ...own, networkUrls: [networkUrl], networkOpen: true },
    ],
  });
});
afterAll(async () => {
  await away?.close();
  await room?.close();
});

const settingsButton = () => page.getByRole('button', { name: /^You are/ });

async function back(): Promise<void> {
  await page.getByRole('button', { name: 'All documents' }).click();
  await page.getByRole('heading', { name: 'Documents' }).waitFor();
}

async function lastOpened(): Promise<unknown> {
  return page.evaluate(() => window.opened.at(-1));
}

describe('what only the desktop app shows', () => {
  it('the relay for new documents: a wrong address is told, a right one is used, and this computer again', async () => {
    await settingsButton().click();
    await page.getByRole('radio', { name: /^This computer/ }).waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Another relay' }).check();
    const address = page.getByLabel('Address of the relay');
    await address.fill('not an address');
    await address.press('Tab');
    await page
      .getByRole('alert')
      .getByText(/^This is not an address\./)
      .waitFor();
    expect(await address.getAttribute('aria-invalid')).toBe('true');
    expect(await faultsEverywhere(page)).toEqual([]);

    await address.fill(away.relay.url);
    await address.press('Tab');
    await page.getByText(/^This is not an address\./).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    const host = new URL(away.relay.url).host;
    await page.getByText(`Relay: ${host}`).waitFor();
    const id = await newDocument(page);
    expect(await lastOpened()).toEqual({
      documentId: id,
      relay: { url: away.relay.url },
      create: true,
    });
    await page.getByText(`End-to-end encrypted · ${host}`).waitFor();
    await typeAtEnd(page, 'Kept elsewhere.');
    await whenSaved(page);
    const other = await away.person({ name: 'Boris' });
    await other.goto(`${away.relay.url}/#${id}`);
    await other.locator('.cm-content', { hasText: 'Kept elsewhere.' }).waitFor();
    await back();

    await page.reload();
    await settingsButton().click();
    expect(await address.inputValue()).toBe(away.relay.url);
    await page.getByRole('radio', { name: /^This computer/ }).check();
    await page.keyboard.press('Escape');
    await page.getByText('Relay: this computer').waitFor();
  });

  it('letting the network in from Share, with what goes wrong; the document stays on this computer by its network link', async () => {
    const id = await newDocument(page);
    expect(await lastOpened()).toEqual({ documentId: id, relay: 'local', create: true });
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const letIn = page.getByRole('button', { name: 'Let this network join' });
    await letIn.waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await letIn.click();
    await page.getByRole('alert').getByText('This computer is not on a network').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await letIn.click();
    await page.getByText('People on this network can open this at 192.168.1.5:4040.').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    const link = await page.getByLabel('Link for the app', { exact: true }).inputValue();
    expect(link).toBe(`inkroom://192.168.1.5:4040/${id}?plain`);
    await page.keyboard.press('Escape');
    await whenSaved(page);
    await back();

    for (const pasted of [link, `${networkUrl}/#${id}`, `${room.relay.url}/#${id}`]) {
      await page.getByLabel('Paste a document ID or link to open it').fill(pasted);
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await waitFor('the document', async () => documentIdOf(page) === id);
      expect(await lastOpened()).toEqual({ documentId: id, relay: 'local', create: false });
      await whenSaved(page);
      await back();
    }
  });

  it('letting the network in fails', async () => {
    const own = { state: 'running', url: room.relay.url, networkUrls: [], networkOpen: false } as const;
    const stuck = await openAsDesktop(room, {
      relay: own,
      network: [{ state: 'failed', message: 'another program uses port 4040' }],
    });
    await newDocument(stuck);
    await stuck.getByRole('button', { name: 'Share', exact: true }).click();
    await stuck.getByRole('button', { name: 'Let this network join' }).click();
    const why = 'This network could not be let in: another program uses port 4040';
    await stuck.getByRole('alert').getByText(why).waitFor();
    expect(await faultsEverywhere(stuck)).toEqual([]);
  });
});
