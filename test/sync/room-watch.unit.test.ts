import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import type { Provider } from '../../sync/provider.ts';
import { RoomWatch, type RoomWatchOptions } from '../../sync/room-watch.ts';
import type { OpenTransport } from '../../sync/transport.ts';
import { MemoryRoom } from '../fuzz/memory-room.ts';

let room: MemoryRoom;
let writer: Provider;
/** Names of who is there, as the watch last told. */
let names: readonly string[] | undefined;
const told: (readonly string[])[] = [];
let streamedBytes: number;

beforeEach(async () => {
  room = new MemoryRoom();
  writer = room.open({ create: true });
  names = undefined;
  streamedBytes = 0;
  await room.settle();
});

function counting(open: OpenTransport): OpenTransport {
  return (relayUrl, events) =>
    open(relayUrl, {
      ...events,
      onMessage: (event, payload) => {
        if (['entries', 'part', 'snapshot-part'].includes(event)) streamedBytes += payload.length;
        events.onMessage(event, payload);
      },
    });
}

async function watch(options: Partial<RoomWatchOptions> = {}): Promise<RoomWatch> {
  const viewId = parseDocumentId(room.keys.viewId);
  if (!viewId.ok) throw new Error('no view ID');
  const opened = new RoomWatch({
    keys: deriveKeys(viewId.secret),
    relayUrl: 'http://relay.test',
    token: '',
    cursor: undefined,
    openTransport: counting(room.openTransport),
    clock: room.time,
    onPeople: (people) => {
      names = [...people.values()].map(({ user }) => user.name).sort();
      told.push(names);
    },
    ...options,
  });
  await room.settle();
  return opened;
}

/** Random, so that sealing does not make it small; in parts, as each entry is at most 64 KiB. */
async function write(bytes: number): Promise<void> {
  for (let written = 0; written < bytes; written += 40_000) {
    writer.text.insert(0, randomBytes(30_000).toString('base64'));
    await room.time.pass(1000);
  }
  await room.settle();
}

describe('watching who is in a document', () => {
  it('tells who comes, is renamed and goes, and shows to nobody', async () => {
    const other = room.open();
    await watch();
    expect(names).toEqual(['Person 1', 'Person 2']);
    other.setUser({ name: 'Mira', color: 3 });
    await room.settle();
    expect(names).toEqual(['Mira', 'Person 1']);
    expect([...writer.awareness.getStates().values()]).toHaveLength(2);
    await other.close();
    await room.settle();
    expect(names).toEqual(['Person 1']);
  });

  it('[S4] is not sent a long document, only what is written from then on, and goes on when that is more than its budget', async () => {
    await write(400_000);
    const cursor = { ...writer.cursor };
    await watch();
    const first = streamedBytes;
    await watch({ cursor: writer.cursor });
    expect(streamedBytes - first).toBe(0);
    expect(cursor.seq).toBeGreaterThan(5);
    await write(2_400_000);
    expect(streamedBytes - first).toBeGreaterThan(2_400_000);
    writer.setUser({ name: 'Still seen', color: 3 });
    await room.settle();
    expect(names).toEqual(['Still seen']);
  });

  it('joins at the head where the relay would send much: what it has sent until then is all', async () => {
    await write(3_000_000);
    const opened = await watch();
    expect(streamedBytes).toBeLessThan(2 * limits.readerBudgetBytes);
    expect(opened.cursor?.seq).toBe(writer.cursor?.seq);
    expect(names).toEqual(['Person 1']);
    const at = streamedBytes;
    writer.text.insert(0, 'a');
    await room.settle();
    expect(streamedBytes - at).toBeLessThan(1000);
  });

  it('knows nobody while the relay is away, and everyone again when it is back', async () => {
    await watch();
    expect(names).toEqual(['Person 1']);
    told.length = 0;
    await room.restartWith(new MemoryLogStore());
    expect(told).toContainEqual([]);
    await room.time.pass(60_000);
    // The writer has brought the document to the new disk.
    expect(names).toEqual(['Person 1']);
  });

  it('tells nothing after it was closed', async () => {
    const opened = await watch();
    opened.close();
    names = undefined;
    writer.setUser({ name: 'Mira', color: 3 });
    await writer.close();
    await room.settle();
    expect(names).toBeUndefined();
  });
});
