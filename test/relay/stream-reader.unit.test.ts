import { expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { SharedFrames } from '../../relay-server/shared-frames.ts';
import { StreamReader } from '../../relay-server/stream-reader.ts';
import { atHead, MemoryRelay, settled } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

test('[G7] a member that goes while the store is asked for a large entry leaves no reading of it open', async () => {
  const store = new MemoryLogStore();
  const relay = new MemoryRelay(store);
  const document = newDocument();
  const ann = await relay.join(document, { create: true });
  const total = limits.chunkBytes + 1;
  const entry = randomEntry(total);
  for (const offset of [0, limits.chunkBytes]) {
    const chunk = entry.subarray(offset, offset + limits.chunkBytes);
    ann.say({ event: 'upload', message: { ref: 1, kind: 'entry', total, offset, chunk } });
    await settled();
  }
  expect(ann.acked).toEqual([[1, 1]]);

  const frames = new SharedFrames();
  await relay.relay.withRoom(
    document.roomId,
    () => false,
    async (room) => {
      if (room === undefined) throw new Error('no room');
      const reader = new StreamReader({ room, audience: atHead(room), store, frames, afterSeq: 0 });
      const read = reader.next();
      reader.close();
      await expect(read).rejects.toThrow('Nothing more is read.');
    },
  );
  // Alone with it, so nothing is kept; beside a reading that nobody closes it would be.
  const reading = frames.open(`${document.roomId} entry 1 ${total}`);
  await reading.run(0, async () => []);
  expect(frames.size).toBe(0);
});
