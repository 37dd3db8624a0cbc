import { join } from 'node:path';
import type { Join } from '../../protocol/client-messages.ts';
import type { RoomId } from '../../protocol/ids.ts';
import { entryKey } from '../../relay-server/entry-record.ts';
import type { Database } from '../../relay-server/level-database.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { SharedFrames } from '../../relay-server/shared-frames.ts';
import { StreamReader } from '../../relay-server/stream-reader.ts';
import { streamStart } from '../../relay-server/stream-start.ts';
import { atHead, MemoryRelay } from './memory-relay.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument } from './test-document.ts';

/** A store on a real disk with a room that a test damages, and what a relay over it would send. */
export class CompactedStore {
  readonly roomId = newDocument().roomId;
  readonly folder: string;
  store: LevelLogStore;
  readonly #remove: () => Promise<void>;

  private constructor(folder: string, store: LevelLogStore, remove: () => Promise<void>) {
    this.folder = folder;
    this.store = store;
    this.#remove = remove;
  }

  static async open(): Promise<CompactedStore> {
    const { path, remove } = await temporaryFolder();
    return new CompactedStore(path, await LevelLogStore.open({ folder: path, floorBytes: 0 }), remove);
  }

  /** Closes the store, lets `change` at its database, and opens it again. */
  async changed(change: (database: Database) => Promise<void>): Promise<void> {
    await this.store.close();
    const database = await openDatabase(join(this.folder, 'log'));
    await change(database);
    await database.close();
    this.store = await LevelLogStore.open({ folder: this.folder, floorBytes: 0 });
  }

  /** Puts something else in the place of these entries' records. */
  async damaged(seqs: readonly number[]): Promise<void> {
    await this.changed(async (database) => {
      for (const seq of seqs) await database.put(entryKey(this.roomId, seq), new Uint8Array(50));
    });
  }

  /** Takes these entries' records out. */
  async lost(seqs: readonly number[]): Promise<void> {
    await this.changed(async (database) => {
      for (const seq of seqs) await database.del(entryKey(this.roomId, seq));
    });
  }

  /** Where the stream of a client starts that has this and joins before this snapshot, and the frames it is sent. */
  async stream(
    from: Partial<Pick<Join, 'cursor' | 'beforeSeq'>> = {},
    roomId: RoomId = this.roomId,
  ): Promise<string[]> {
    const frames: string[] = [];
    const { store } = this;
    await new MemoryRelay(store).relay.withRoom(
      roomId,
      () => false,
      async (room) => {
        if (room === undefined) throw new Error('the room is gone');
        const start = await streamStart(room, store, { cursor: undefined, beforeSeq: 0, ...from });
        frames.push(start === undefined ? 'nothing to start from' : `${start.start} ${start.from.seq}`);
        if (start === undefined) return;
        const { snapshot } = start;
        const [afterSeq, shared] = [start.from.seq, new SharedFrames()];
        const reader = new StreamReader({
          room,
          audience: atHead(room),
          store,
          frames: shared,
          afterSeq,
          snapshot,
        });
        while (!reader.isAtEnd) frames.push((await reader.next()).event);
      },
    );
    return frames;
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#remove();
  }
}
