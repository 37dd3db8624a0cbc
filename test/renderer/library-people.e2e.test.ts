import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { setHidden } from './hidden-window.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openById, openWebRoom, type WebRoom, whenSaved } from './web-people.ts';

let room: WebRoom;
let anna: Page;
let id: string;
const others: Provider[] = [];

beforeAll(async () => {
  room = await openWebRoom();
  anna = await room.person({ name: 'Anna Karlsson', color: 'Orange' });
  id = await newDocument(anna);
});
afterAll(async () => {
  await Promise.all(others.map((other) => other.close()));
  await room?.close();
});

async function joinBy(name: string): Promise<Provider> {
  const other = await openDocument({ document: id, relayUrl: room.relay.url, name });
  others.push(other);
  await other.whenLive();
  return other;
}

describe('who is in the documents of the list', () => {
  it('is seen by name, a new name at once; one does not show oneself; and nobody is asked while the list is hidden', async () => {
    const lena = await room.person({ name: 'Lena', color: 'Teal' });
    await openById(lena, id);
    await lena.getByLabel('Title').fill('Harbour');
    await whenSaved(lena);
    await lena.getByRole('button', { name: 'All documents' }).click();
    const row = lena.locator('.document', { hasText: 'Harbour' });
    await row.getByText('Here now: Anna Karlsson').waitFor({ state: 'attached' });
    expect(await row.locator('.avatar').count()).toBe(1);
    await anna.getByRole('button', { name: /^1 person here/ }).waitFor();

    const other = await joinBy('Zoe');
    await row.getByText('Here now: Anna Karlsson, Zoe', { exact: true }).waitFor({ state: 'attached' });
    other.setUser({ name: 'Zoe Berg', color: 3 });
    await row.getByText('Here now: Anna Karlsson, Zoe Berg', { exact: true }).waitFor({ state: 'attached' });
    for (let i = 0; i < 6; i++) await joinBy(`A very long name to be cut off ${i}`);
    await row.getByText('+5').waitFor();
    expect(await faultsEverywhere(lena)).toEqual([]);
    await setHidden(lena, true);
    await row.locator('.avatar').first().waitFor({ state: 'detached' });
    await setHidden(lena, false);
    await row.getByText('+5').waitFor();
    await Promise.all(others.splice(0).map((one) => one.close()));
    await row.getByText('Here now: Anna Karlsson', { exact: true }).waitFor({ state: 'attached' });
    await lena.close();
  });

  it('takes a connection for each of the twenty last edited documents and no more, and none while it is hidden', async () => {
    const made: { id: string; roomId: string }[] = [];
    for (let i = 0; i < 23; i++) {
      const one = await openDocument({ document: 'new', relayUrl: room.relay.url });
      one.text.insert(0, 'text');
      await one.whenSaved();
      made.push({ id: one.keys.editId ?? '', roomId: one.keys.roomId });
      await one.close();
    }
    const lena = await room.person({ name: 'Lena', color: 'Teal' });
    await lena.evaluate(async (documents) => {
      const tables = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('inkroom-library');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const store = tables.transaction('documents', 'readwrite').objectStore('documents');
      for (const [i, { id: documentId, roomId }] of documents.entries()) {
        const title = `Document ${i}`;
        store.put({
          roomId,
          documentId,
          role: 'edit',
          relay: 'local',
          create: false,
          title,
          unsaved: 0,
          editedMs: i,
        });
      }
      await new Promise((resolve) => {
        store.transaction.oncomplete = resolve;
      });
      tables.close();
    }, made);
    let connections = 0;
    let most = 0;
    lena.on('websocket', (socket) => {
      connections += 1;
      most = Math.max(most, connections);
      socket.on('close', () => {
        connections -= 1;
      });
    });
    const inOldest = await openDocument({
      document: made[2]?.id ?? '',
      relayUrl: room.relay.url,
      name: 'Old',
    });
    const inNewest = await openDocument({
      document: made[22]?.id ?? '',
      relayUrl: room.relay.url,
      name: 'New',
    });
    others.push(inOldest, inNewest);
    await inOldest.whenLive();
    await lena.reload();
    await lena.locator('.document').nth(22).waitFor();
    await lena.getByText('Here now: New').waitFor({ state: 'attached' });
    await waitFor('twenty connections', () => connections === 20, { seen: () => connections });
    expect(await lena.getByText('Here now: Old').count()).toBe(0);
    expect(most).toBe(20);
    await setHidden(lena, true);
    await waitFor('no connection', () => connections === 0, { seen: () => connections });
    await lena.close();
  });
});
