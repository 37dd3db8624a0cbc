import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { LargeSealing } from '../../sync/copy-options.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { open, seal } from '../../sync/sealing.ts';
import { MemoryRoom } from './memory-room.ts';
import { expectSettled } from './two-copies.ts';

/** So many random letters, sealed, are opened beside typing. */
const letters = 1_200_000;
const compaction = { minBytes: 1e9, afterMs: 3_600_000, offerWithinMs: 30_000 };

/** Opens large entries only when it may, as an older program or one short of memory; `tries` says how often it was asked. */
class Opener implements LargeSealing {
  mayOpen = false;
  tries = 0;
  /** Opens from this try on, whatever it may. */
  opensAtTry = Number.POSITIVE_INFINITY;

  constructor(private readonly room: MemoryRoom) {}

  seal: LargeSealing['seal'] = async (kind, body) => seal(this.room.keys, kind, body);

  open: LargeSealing['open'] = async (kind, sealed) => {
    if (kind !== 'entry') return open(this.room.keys, kind, sealed);
    this.tries += 1;
    const opens = this.mayOpen || this.tries >= this.opensAtTry;
    return opens ? open(this.room.keys, kind, sealed) : undefined;
  };
}

async function roomWith(config: Partial<RelayConfig> = {}) {
  const room = new MemoryRoom(new MemoryLogStore(), { compaction, ...config });
  const anna = room.open({ create: true });
  await room.settle();
  anna.text.insert(0, 'before ');
  await room.settle();
  const clara = room.open();
  await room.settle();
  const writeLarge = async () => {
    clara.text.insert(clara.text.length, `[${randomBytes(letters / 2).toString('hex')}]`);
    await room.time.pass(20_000);
  };
  return { room, anna, writeLarge };
}

const longMs = 60_000;

describe('an entry that does not open', () => {
  it('[G3] [G4] is fetched once more and is there when it opens then; nothing else is lost meanwhile', async () => {
    const { room, anna, writeLarge } = await roomWith();
    const disk = newMemoryDisk();
    const worker = new Opener(room);
    worker.opensAtTry = 2;
    const boris = room.open({ disk, worker });
    await room.settle();
    const seen: number[] = [];
    boris.onStatus(({ unopened }) => seen.push(unopened));
    await writeLarge();
    for (let word = 0; word < 40; word++) {
      anna.text.insert(0, `anna ${word} `);
      boris.text.insert(0, `boris ${word} `);
      await room.time.pass(100);
    }
    await room.time.pass(longMs);
    expect(seen).toContain(1);
    expect(worker.tries).toBe(2);
    expectSettled(anna, boris);
    for (let word = 0; word < 40; word++) expect(anna.text.toString()).toContain(`boris ${word} `);
    expect([...disk.holes.keys()]).toEqual([]);

    await boris.close();
    const again = room.open({ disk, worker });
    await room.settle();
    expectSettled(anna, again);
    expect(worker.tries, 'what is in the journal is not fetched').toBe(2);
  });

  it('[G4] is given up after that and told for as long as it is closed, also by the next opening, which does not fetch it', async () => {
    const { room, anna, writeLarge } = await roomWith();
    const disk = newMemoryDisk();
    const worker = new Opener(room);
    const boris = room.open({ disk, worker, program: '1.0.0' });
    await room.settle();
    await writeLarge();
    await room.time.pass(10 * longMs);
    expect(worker.tries).toBe(2);
    expect(boris.status).toMatchObject({ saved: true, unopened: 1, diverged: false });
    expect(anna.status, 'a copy that knows that it lacks something is no alarm').toMatchObject({
      saved: true,
      diverged: false,
    });
    expect([...disk.holes.values()].map(({ givenUpBy }) => givenUpBy)).toEqual(['1.0.0']);

    await boris.close();
    const again = room.open({ disk, worker, program: '1.0.0' });
    anna.text.insert(0, 'more ');
    await room.time.pass(10 * longMs);
    expect(again.status).toMatchObject({ saved: true, unopened: 1 });
    expect(again.text.toString()).toBe('more before ');
    expect(worker.tries).toBe(2);
  });

  it('[G3] is tried again by another version of the program, in the delta before it, and applied when it opens', async () => {
    const { room, anna, writeLarge } = await roomWith();
    const disk = newMemoryDisk();
    const worker = new Opener(room);
    const boris = room.open({ disk, worker, program: '1.0.0' });
    await room.settle();
    await writeLarge();
    await room.time.pass(longMs);
    boris.text.insert(0, 'behind the hole ');
    await room.settle();
    await boris.close();

    const second = room.open({ disk, worker, program: '1.1.0' });
    await room.time.pass(longMs);
    expect(second.status).toMatchObject({ saved: true, unopened: 1 });
    expect(worker.tries, 'once for the opening').toBe(3);
    await second.close();

    worker.mayOpen = true;
    const third = room.open({ disk, worker, program: '1.2.0' });
    await room.time.pass(longMs);
    expectSettled(anna, third);
    expect([...disk.holes.keys()]).toEqual([]);
    await third.close();
    const tries = worker.tries;
    const fourth = room.open({ disk, worker, program: '1.3.0' });
    await room.settle();
    expectSettled(anna, fourth);
    expect(worker.tries).toBe(tries);
  });

  it('[G2] is tried by the next opening where this one ended before it was fetched again', async () => {
    const { room, anna, writeLarge } = await roomWith();
    const disk = newMemoryDisk();
    const worker = new Opener(room);
    const boris = room.open({ disk, worker });
    await room.settle();
    boris.onStatus(({ unopened }) => {
      if (unopened > 0) boris.goOffline();
    });
    await writeLarge();
    await room.time.pass(longMs);
    await boris.close();
    expect([worker.tries, disk.holes.size]).toEqual([1, 1]);
    worker.mayOpen = true;
    const again = room.open({ disk, worker });
    await room.settle();
    expectSettled(anna, again);
  });

  it('[C5] [S6] is no hole any more where a snapshot that holds it has taken its place', async () => {
    const { room, anna, writeLarge } = await roomWith({ compaction: { ...compaction, afterMs: 60_000 } });
    const disk = newMemoryDisk();
    const worker = new Opener(room);
    const boris = room.open({ disk, worker, program: '1.0.0' });
    await room.settle();
    boris.goOffline();
    await writeLarge();
    boris.goOnline();
    await room.time.pass(200);
    await boris.close();
    for (let times = 0; times < 4; times++) {
      anna.text.insert(0, 'more ');
      await room.time.pass(90_000);
    }
    expect(await room.store.position(room.keys.roomId, 2), 'the entry').toBeUndefined();
    const later = room.open({ disk, worker, program: '2.0.0' });
    await room.time.pass(longMs);
    expectSettled(anna, later);
  });

  it('[G8] junk, however much, makes nobody fetch the log again and again', async () => {
    const { room, anna } = await roomWith();
    const boris = room.open();
    await room.settle();
    let joins = 0;
    boris.onStatus(({ connection }) => {
      if (connection.state === 'connecting') joins += 1;
    });
    for (let junk = 0; junk < 60; junk++) {
      await room.append(new Uint8Array(randomBytes(60)));
      anna.text.insert(0, `${junk} `);
    }
    await room.settle();
    expect(boris.status).toMatchObject({ saved: true, unopened: 60 });
    expect(boris.text.toString()).toBe(anna.text.toString());
    expect(joins).toBeGreaterThan(1);
    expect(joins).toBeLessThan(12);
  });

  it('[S6] [G4] that the relay keeps beside a snapshot is fetched once more by a newcomer, and given up', async () => {
    const { room, anna } = await roomWith({ compaction: { ...compaction, afterMs: 60_000 } });
    await room.append(new Uint8Array(randomBytes(60)));
    for (let times = 0; times < 4; times++) {
      anna.text.insert(0, 'more ');
      await room.time.pass(90_000);
    }
    expect((await room.store.snapshots(room.keys.roomId)).at(-1)?.kept).toHaveLength(1);
    const viewId = parseDocumentId(room.keys.viewId);
    if (!viewId.ok) throw new Error('no view ID');
    for (const keys of [room.keys, deriveKeys(viewId.secret)]) {
      const disk = newMemoryDisk();
      for (const loads of [2, 1]) {
        const newcomer = room.open({ disk, keys });
        let joins = 0;
        let before = '';
        newcomer.onStatus(({ connection }) => {
          if (connection.state === 'catching-up' && before !== 'catching-up') joins += 1;
          before = connection.state;
        });
        await room.time.pass(20 * longMs);
        expect(newcomer.status).toMatchObject({ saved: true, unopened: 1, diverged: false });
        expect(newcomer.text.toString()).toBe(anna.text.toString());
        expect(joins, keys.role).toBe(loads);
        await newcomer.close();
      }
    }
  });
});
