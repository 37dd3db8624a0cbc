import { randomBytes } from 'node:crypto';
import { queryObjects } from 'node:v8';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { Room } from '../../relay-server/room.ts';
import { waitFor } from '../app/wait-for.ts';
import { MemoryRelay } from './memory-relay.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, type TestDocument } from './test-document.ts';

const documents = 200;
const entryBytes = 2000;

describe('documents that a relay stores', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: LevelLogStore;

  const open = async () => {
    const warn = () => {};
    store = await LevelLogStore.open({ folder: folder.path, floorBytes: 0, warn });
    return new MemoryRelay(store, { joinsPerSecond: 1e6, documentsPerMinute: 1e6, documentBurst: 1e6 });
  };
  /** Somebody opens a document, is sent all of it, writes into it, and leaves. */
  const visit = async (
    { relay, memory }: { relay: MemoryRelay['relay']; memory: MemoryRelay<LevelLogStore> },
    document: TestDocument,
  ) => {
    const member = memory.connect();
    member.join(document, { create: true });
    await waitFor('the member to be live', () => member.all('live').length > 0);
    member.append(1, randomBytes(entryBytes));
    await waitFor('the acknowledgement', () => member.acked.length > 0);
    member.disconnect();
    await waitFor('the room to be left', () => relay.openRooms === 0);
  };
  /** Objects of JavaScript that something still holds. */
  const held = () => queryObjects(Object, { format: 'count' });

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  test('[G7] leave nothing in its memory: not one object for each that was written and left, opened again or is on the disk', async () => {
    const without = held();
    const memory = await open();
    const ofNone = held() - without;
    const visited = { relay: memory.relay, memory };
    for (let warmUp = 0; warmUp < 20; warmUp++) await visit(visited, newDocument());
    const before = held();
    for (let number = 0; number < documents; number++)
      await visit(visited, newDocument(`document ${number}`));
    const written = held() - before;
    for (let number = 0; number < documents; number++)
      await visit(visited, newDocument(`document ${number}`));
    const openedAgain = held() - before;
    expect([memory.relay.openRooms, queryObjects(Room, { format: 'count' })]).toEqual([0, 0]);
    expect(Math.max(written, openedAgain), 'objects more than before').toBeLessThan(documents / 2);
    await store.close();
    const closed = held();
    const again = await open();
    const ofAll = held() - closed;
    expect(ofAll - ofNone, 'objects more than without documents').toBeLessThan(documents / 2);
    expect(await store.room(newDocument('document 7').roomId)).toMatchObject({ head: { seq: 2 } });
    expect(again.relay.openRooms).toBe(0);
  });
});
