import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import { deriveKeys } from '../../sync/keys.ts';
import type { Provider } from '../../sync/provider.ts';
import type { Status } from '../../sync/status.ts';
import { backupOf, MemoryRoom } from './memory-room.ts';

import { expectSettled, twoCopies } from './two-copies.ts';

describe('a relay whose disk is not what it was', () => {
  it('[S1] [G2] a wiped relay gets the document back from a copy, once', async () => {
    const { room, anna, boris } = await twoCopies();
    await room.restartWith(new MemoryLogStore());
    const newcomer = room.open();
    await room.settle();
    expectSettled(anna, boris, newcomer);
    expect(newcomer.text.toString()).toBe('from boris from anna ');
  });

  it('[S1] [G2] a relay restored from an older backup gets back what it lacks', async () => {
    const { room, anna, boris } = await twoCopies();
    await room.restartWith(await backupOf(room.store, room.keys.roomId, 1));
    const newcomer = room.open();
    await room.settle();
    expectSettled(anna, boris, newcomer);
    expect(newcomer.text.toString()).toBe('from boris from anna ');
  });

  it('[G2] a wiped relay gets a document from a copy that was on it before anything was written', async () => {
    const room = new MemoryRoom();
    const disk = newMemoryDisk();
    const anna = room.open({ create: true, disk });
    await room.settle();
    anna.goOffline();
    anna.text.insert(0, 'unsent ');
    await anna.close();
    await room.restartWith(new MemoryLogStore());
    const again = room.open({ disk });
    await room.settle();
    expectSettled(again);
    const newcomer = room.open();
    await room.settle();
    expect(newcomer.text.toString()).toBe('unsent ');
  });

  it('[S1] an older backup that has gone on with other entries makes nobody skip any', async () => {
    const { room, anna, boris } = await twoCopies();
    const backup = await backupOf(room.store, room.keys.roomId, 1);
    anna.goOffline();
    boris.goOffline();
    await room.restartWith(backup);
    const clara = room.open();
    await room.settle();
    for (const word of ['one ', 'two ', 'three ']) {
      clara.text.insert(0, word);
      await room.settle();
    }
    anna.goOnline();
    boris.goOnline();
    await room.settle();
    expectSettled(anna, boris, clara);
    for (const word of ['one ', 'two ', 'three ', 'from anna ', 'from boris ']) {
      expect(clara.text.toString().split(word), word).toHaveLength(2);
    }
  });

  it('[G4] no copy says saved while it is being found out what the relay lacks', async () => {
    const { room, anna, boris } = await twoCopies();
    boris.goOffline();
    await room.settle();
    const seen: Status[] = [];
    anna.onStatus((status) => seen.push(status));
    await room.restartWith(await backupOf(room.store, room.keys.roomId, 0));
    const checkingAt = seen.findIndex(({ connection }) => connection.state === 'checking');
    expect(checkingAt).toBeGreaterThan(-1);
    const firstSaved = seen.findIndex(({ saved }) => saved);
    expect(firstSaved).toBeGreaterThan(checkingAt);
    expect(seen.slice(checkingAt, firstSaved).some(({ unsaved }) => unsaved > 0)).toBe(true);
  });
});

/** Lets time pass in small steps until a copy is in a state; throws when it never is. */
async function until(room: MemoryRoom, copy: Provider, state: Status['connection']['state']): Promise<void> {
  for (let step = 0; copy.status.connection.state !== state; step++) {
    if (step > 5000) throw new Error(`never ${state}; ${copy.status.connection.state}`);
    await room.time.pass(1);
  }
}

describe('a comparison that is interrupted', () => {
  for (const how of ['dropped', 'restarted'] as const) {
    for (const disk of ['wiped', 'restored'] as const) {
      it(`[S1] [G1] [G4] a copy that is ${how} while it is compared with a ${disk} relay is compared again, and nothing is missing`, async () => {
        const room = new MemoryRoom();
        const anna = room.open({ create: true });
        await room.settle();
        const borisDisk = newMemoryDisk();
        let boris = room.open({ disk: borisDisk });
        await room.settle();
        anna.text.insert(0, 'from anna ');
        await room.settle();
        boris.text.insert(0, 'from boris ');
        await room.settle();
        await anna.close();
        boris.goOffline();
        await room.restartWith(
          disk === 'wiped' ? new MemoryLogStore() : await backupOf(room.store, room.keys.roomId, 1),
        );
        boris.goOnline();
        await until(room, boris, 'checking');
        if (how === 'dropped') {
          boris.goOffline();
          await room.settle();
          boris.goOnline();
        } else {
          await boris.close();
          boris = room.open({ disk: borisDisk });
        }
        await room.settle();
        const newcomer = room.open();
        await room.settle();
        expectSettled(boris, newcomer);
        expect(newcomer.text.toString()).toBe('from boris from anna ');
      });
    }
  }

  it('[S1] [G2] a viewer who loads another history beside an editor’s journal does not hide it from the editor', async () => {
    const room = new MemoryRoom();
    const disk = newMemoryDisk();
    const anna = room.open({ create: true, disk });
    await room.settle();
    for (const word of ['one ', 'two ']) {
      anna.text.insert(0, word);
      await room.settle();
    }
    await anna.close();
    await room.restartWith(await backupOf(room.store, room.keys.roomId, 1));
    const viewId = parseDocumentId(room.keys.viewId);
    if (!viewId.ok) throw new Error('no view ID');
    const viewer = room.open({ disk, keys: deriveKeys(viewId.secret) });
    await room.settle();
    await viewer.close();
    const again = room.open({ disk });
    const newcomer = room.open();
    await room.settle();
    await room.settle();
    expectSettled(again, newcomer);
    expect(newcomer.text.toString()).toBe('two one ');
  });
});
