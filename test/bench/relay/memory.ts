import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { roomIdFromBytes } from '../../../protocol/ids.ts';
import { encodeEntry, encodeRoom, entryKey, roomKey } from '../../../relay-server/entry-record.ts';
import { openDatabase } from '../../../relay-server/level-database.ts';
import { LevelLogStore } from '../../../relay-server/log-store-leveldb.ts';
import { sha256 } from '../../relay/test-document.ts';
import { connectMembers } from './crowd.ts';
import { median } from './latencies.ts';
import type { Figures, Scenario } from './scenario.ts';
import type { ServerProcess } from './server-process.ts';
import type { System } from './systems.ts';

const kibibyte = 1024;
const mebibyte = 1024 * 1024;
const fullMembers = 2000;
const quickMembers = 500;
const membersPerRoom = 10;
const storedDocuments = 100_000;
/** What they are compared with: a store whose buffers are in use as well. */
const fewDocuments = 2000;
const idleMs = 12_000;
const backWithinMs = 60_000;

/** Idle members, what is left when they have gone, and documents nobody has open. */
export const memory: Scenario = {
  name: 'memory',
  title: 'Memory',
  systems: ['Inkroom', 'bare Socket.IO'],
  context: [],
  run: async (system, { quick }) => {
    const figures = await idleMembers(system, quick ? quickMembers : fullMembers);
    return system.name === 'Inkroom' ? { ...figures, ...(await stored(system)) } : figures;
  },
};

async function idleMembers(system: System, count: number): Promise<Figures> {
  const server = await system.start();
  try {
    // What a server loads and compiles for its first members is no cost of a member.
    const warm = await connectMembers(system, server, 200, (i) => `warm-${i % 20}`);
    for (const member of warm) member.close();
    const { rss: empty } = await settled(server, idleMs);
    const members = await connectMembers(
      system,
      server,
      count,
      (i) => `room-${Math.floor(i / membersPerRoom)}`,
    );
    const { rss: full } = await settled(server, idleMs);
    for (const member of members) member.close();
    const startMs = performance.now();
    let after = server.rssBytes();
    while (after > empty * 1.1 && performance.now() - startMs < backWithinMs) {
      await delay(500);
      after = server.rssBytes();
    }
    return {
      'RSS without members, MiB': empty / mebibyte,
      'RSS a member, KiB': (full - empty) / count / kibibyte,
      'RSS after all have left / before': after / empty,
      'until it is there, s': (performance.now() - startMs) / 1000,
    };
  } finally {
    await server.stop();
  }
}

interface Resident {
  readonly rss: number;
  readonly mapped: number;
}

/** RSS when V8 has collected what connecting left: it does so by itself when a program has been idle for some seconds. */
async function settled(server: ServerProcess, idleMs: number): Promise<Resident> {
  await delay(idleMs);
  const seen: Resident[] = [];
  for (let i = 0; i < 10; i++) {
    await delay(100);
    seen.push({ rss: server.rssBytes(), mapped: server.mappedBytes() });
  }
  return { rss: median(seen.map(({ rss }) => rss)), mapped: median(seen.map(({ mapped }) => mapped)) };
}

async function stored(system: System): Promise<Figures> {
  const resident = async (prepare?: (folder: string) => Promise<void>) => {
    const server = await system.start(prepare);
    try {
      const members = await connectMembers(system, server, 10, (i) => `room-${i}`);
      for (const member of members) member.close();
      return await settled(server, 2000);
    } finally {
      await server.stop();
    }
  };
  const few = (folder: string) => fillFolder(folder, fewDocuments);
  const many = (folder: string) => fillFolder(folder, storedDocuments);
  const [most, least] = [await resident(many), await resident(few)];
  return {
    'RSS for 100,000 stored documents, MiB': (most.rss - least.rss) / mebibyte,
    'what of it is mapped files, MiB': (most.mapped - least.mapped) / mebibyte,
  };
}

/** Stores as many documents of one entry each, in the store's own format; through the relay it would take minutes. */
async function fillFolder(folder: string, documents: number): Promise<void> {
  await (await LevelLogStore.open({ folder })).close();
  const database = await openDatabase(join(folder, 'log'));
  const mark = randomBytes(16);
  const bytes = randomBytes(100);
  for (let i = 0; i < documents; i += 1000) {
    const operations = Array.from({ length: 1000 }, () => {
      const roomId = roomIdFromBytes(new Uint8Array(randomBytes(16)));
      const key = roomKey(roomId);
      const first = entryKey(roomId, 1);
      const entry = {
        mark,
        logBytes: bytes.length,
        body: { type: 'inline' as const, bytes, digest: sha256(bytes) },
      };
      return [
        { type: 'put' as const, key, value: encodeRoom(key, { firstMark: mark, rewriteFrom: undefined }) },
        { type: 'put' as const, key: first, value: encodeEntry(first, entry) },
      ];
    });
    await database.batch(operations.flat());
  }
  await database.close();
}
