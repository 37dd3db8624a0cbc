import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoomId } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import { nextMark } from '../../protocol/marks.ts';
import { entryKey, roomKey } from '../../relay-server/entry-record.ts';
import { LargeEntries } from '../../relay-server/large-entries.ts';
import type { Database } from '../../relay-server/level-database.ts';
import { Quarantine } from '../../relay-server/quarantine.ts';
import { repairRoom } from '../../relay-server/room-repair.ts';
import type { Provider } from '../../sync/node.ts';
import { RelayOnDisk, typed } from './relay-on-disk.ts';
import { sha256 } from './test-document.ts';

/** Flips a bit in the middle of a record. */
async function damage(database: Database, key: Uint8Array): Promise<void> {
  const value = new Uint8Array((await database.get(key)) ?? []);
  const at = Math.floor(value.length / 2);
  value[at] = (value[at] ?? 0) ^ 1;
  await database.put(key, value);
}

async function untilDone<T>(steps: AsyncGenerator<void, T>): Promise<T> {
  for (let step = await steps.next(); ; step = await steps.next()) if (step.done === true) return step.value;
}

describe('a damaged log', () => {
  let relay: RelayOnDisk;

  beforeEach(async () => {
    relay = await RelayOnDisk.start();
  });
  afterEach(async () => {
    await relay.close();
  });

  const documentOf = (copy: Provider) => copy.keys.editId ?? '';
  const quarantined = async (roomId: RoomId) =>
    (await readdir(join(relay.folder, 'quarantine', roomId))).map((name) => Number.parseInt(name, 10));

  for (const [what, key] of [
    ['in the middle', (roomId: RoomId) => entryKey(roomId, 3)],
    ['at the head', (roomId: RoomId) => entryKey(roomId, 5)],
    ['at the start', (roomId: RoomId) => entryKey(roomId, 1)],
    ['the room’s own record', roomKey],
  ] as const) {
    test(`[L4] [G2] a damaged record, ${what}: an editor who has what is lost sends it again, and a newcomer sees all`, async () => {
      const ann = await relay.open();
      await typed(ann, 'abcde');
      const { roomId } = ann.keys;
      await relay.changed((database) => damage(database, key(roomId)));
      const newcomer = await relay.open(documentOf(ann));
      await relay.shows(newcomer, 'abcde');
      await relay.shows(ann, 'abcde');
      expect(newcomer.status.unopened).toBe(0);
      expect(relay.server.relay.damaged.count.rooms).toBe(1);
      expect(await quarantined(roomId)).toEqual([key === roomKey ? 0 : Buffer.from(key(roomId)).at(-1)]);
      expect(relay.warnings.filter((line) => line.startsWith(`room ${roomId} was damaged`))).toHaveLength(1);
      await typed(newcomer, 'f');
      await relay.shows(ann, 'abcdef');
    });
  }

  test('[L4] [S1] the marks say that a history is another: nobody who saw the lost entry is given a delta', async () => {
    const ann = await relay.open();
    await typed(ann, 'abc');
    const { roomId } = ann.keys;
    const [start, before, seen] = await Promise.all(
      [0, 1, 2].map((seq) => relay.store.position(roomId, seq)),
    );
    await ann.close();
    await relay.changed((database) => damage(database, entryKey(roomId, 2)));
    expect(await relay.store.repair(roomId)).toMatchObject({ newHistoryFrom: 2, lostEntries: 1 });
    expect(await relay.store.position(roomId, 0)).toEqual(start);
    expect(await relay.store.position(roomId, 1)).toEqual(before);
    expect((await relay.store.position(roomId, 2))?.mark).not.toEqual(seen?.mark);
    expect(await relay.store.repair(roomId)).toBeUndefined();
  });

  test('[L4] what nobody has any more is an empty entry, and all others are as they were', async () => {
    const ann = await relay.open();
    await typed(ann, 'abcde');
    const { roomId } = ann.keys;
    const entries = await relay.entries(roomId);
    await ann.close();
    await relay.changed((database) => damage(database, entryKey(roomId, 5)));
    const newcomer = await relay.open(documentOf(ann));
    await relay.shows(newcomer, 'abcd');
    expect(await relay.entries(roomId)).toEqual([...entries.slice(0, 4), new Uint8Array()]);
    await typed(newcomer, 'f');
    await relay.shows(await relay.open(documentOf(ann)), 'abcdf');
  });

  test('[G8] [L4] while a room is repaired, others write and lose no connection', async () => {
    const [ann, other] = [await relay.open(), await relay.open()];
    await typed(ann, 'abc');
    await typed(other, 'x');
    await relay.changed((database) => damage(database, entryKey(ann.keys.roomId, 2)));
    await relay.shows(other, 'x');
    const states = new Set<string>();
    other.onStatus(({ connection }) => states.add(connection.state));
    const newcomer = await relay.open(documentOf(ann));
    await typed(other, 'yz');
    await relay.shows(newcomer, 'abc');
    expect([...states]).toEqual(['live']);
  });

  test('[G2] [L4] what is typed while the room is repaired arrives, once', async () => {
    const ann = await relay.open();
    await typed(ann, 'abc');
    await relay.changed((database) => damage(database, entryKey(ann.keys.roomId, 2)));
    await relay.shows(ann, 'abc');
    const newcomer = relay.open(documentOf(ann));
    for (const letter of 'defghij') {
      ann.text.insert(ann.text.length, letter);
      await ann.whenJournaled();
    }
    await relay.shows(ann, 'abcdefghij');
    await relay.shows(await newcomer, 'abcdefghij');
  });

  test('[L4] records that are missing are like damaged ones', async () => {
    const ann = await relay.open();
    await typed(ann, 'abcde');
    const { roomId } = ann.keys;
    await relay.changed(async (database) => {
      for (const key of [roomKey(roomId), entryKey(roomId, 1), entryKey(roomId, 2), entryKey(roomId, 4)])
        await database.del(key);
    });
    await relay.shows(await relay.open(documentOf(ann)), 'abcde');
    expect(relay.server.relay.damaged.count).toEqual({ rooms: 1, entries: 3 });
  });

  test('[L4] a damaged record out of place is taken out, and no entries are made up to reach it', async () => {
    const ann = await relay.open();
    await typed(ann, 'abc');
    const { roomId } = ann.keys;
    await relay.changed((database) => database.put(entryKey(roomId, 2 ** 40), new Uint8Array(40)));
    await relay.shows(await relay.open(documentOf(ann)), 'abc');
    expect(await quarantined(roomId)).toEqual([2 ** 40]);
    expect((await relay.store.room(roomId))?.head.seq).toBe(3);
  });

  for (const [what, harm] of [
    ['missing', (path: string) => rm(path)],
    ['short', (path: string) => truncate(path, 100)],
  ] as const) {
    test(`[L4] [U1] the file of a large entry that is ${what} costs only that entry, and an editor sends it again`, async () => {
      const ann = await relay.open();
      await typed(ann, 'a');
      const large = randomBytes(2 * limits.chunkBytes).toString('hex');
      ann.text.insert(1, large);
      await ann.whenSaved();
      await typed(ann, 'z');
      const folder = join(relay.folder, 'entries', ann.keys.roomId);
      const [name = ''] = await readdir(folder);
      await relay.stop();
      await harm(join(folder, name));
      await relay.start();
      const newcomer = await relay.open(documentOf(ann));
      await relay.shows(newcomer, `a${large}z`);
      expect(await readdir(folder)).not.toContain(name);
    });
  }

  test('[L4] a repair that is cut short is finished at the next use of the room, with the same result', async () => {
    const ann = await relay.open();
    await typed(ann, 'abcde');
    const { roomId } = ann.keys;
    await ann.close();
    await relay.changed((database) => damage(database, entryKey(roomId, 2)));
    await relay.changed(async (database) => {
      const batch = database.batch.bind(database);
      let steps = 0;
      Reflect.set(database, 'batch', (...args: Parameters<typeof batch>) => {
        steps += 1;
        if (steps === 3) throw new Error('the power is gone');
        return batch(...args);
      });
      const large = new LargeEntries(relay.folder);
      const quarantine = new Quarantine(relay.folder, () => 0);
      const snapshotFiles = new LargeEntries(relay.folder, 'snapshots');
      const means = {
        database,
        large,
        snapshotFiles,
        quarantine,
        newFirstMark: () => new Uint8Array(16),
        stepBytes: 1,
      };
      await expect(untilDone(repairRoom(means, roomId))).rejects.toThrow('the power is gone');
    });
    await expect(relay.store.room(roomId)).rejects.toMatchObject({ code: 'damaged' });
    expect(await relay.store.repair(roomId)).toMatchObject({ newHistoryFrom: 2 });
    let mark = (await relay.store.position(roomId, 0))?.mark ?? new Uint8Array();
    for (const [i, entry] of (await relay.entries(roomId)).entries()) {
      mark = nextMark(sha256, mark, entry);
      expect((await relay.store.position(roomId, i + 1))?.mark).toEqual(mark);
      expect(entry.length === 0).toBe(i === 1);
    }
    expect((await relay.store.room(roomId))?.head).toEqual({ seq: 5, mark });
  });

  test('[L4] the operator finds the damage in the health and in quarantine', async () => {
    const ann = await relay.open();
    await typed(ann, 'abc');
    const { roomId } = ann.keys;
    await relay.changed((database) => damage(database, entryKey(roomId, 2)));
    await relay.shows(await relay.open(documentOf(ann)), 'abc');
    const health: unknown = await (await fetch(`${relay.server.url}/health`)).json();
    expect(health).toMatchObject({ damage: { rooms: 1, entries: 1 } });
    const log = await readFile(join(relay.folder, 'quarantine', 'damage.log'), 'utf8');
    expect(log).toMatch(new RegExp(`^20\\d\\d-\\S+Z room ${roomId}: entry 2: its record is damaged\n$`, 'u'));
  });
});
