import type { RoomId } from '../protocol/ids.ts';
import { encodeRoom, roomKey } from './entry-record.ts';
import { readRoom } from './level-database.ts';
import type { RoomRecord } from './log-store.ts';
import type { ReopeningDatabase } from './reopening-database.ts';

/** Rooms that one write makes at most: whoever appends meanwhile waits for this write only. */
const mostAtOnce = 32;

/** A room that is to be made, and who waits for it. */
interface Wanted {
  readonly roomId: RoomId;
  readonly firstMark: Uint8Array;
  readonly made: (record: RoomRecord) => void;
  readonly failed: (error: unknown) => void;
}

/** Makes rooms: those that are asked for while a write is under way are made together, with one sync. */
export class LevelCreation {
  readonly #database: ReopeningDatabase;
  /** Throws where nothing may be written. */
  readonly #checkSpace: () => Promise<void>;
  readonly #wanted: Wanted[] = [];
  #working = false;

  constructor(database: ReopeningDatabase, checkSpace: () => Promise<void>) {
    this.#database = database;
    this.#checkSpace = checkSpace;
  }

  /** Makes the room unless it is there; gives its record either way. */
  create(roomId: RoomId, firstMark: Uint8Array): Promise<RoomRecord> {
    return new Promise((made, failed) => {
      this.#wanted.push({ roomId, firstMark, made, failed });
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#wanted.length > 0) {
      const missing: Wanted[] = [];
      await Promise.all(this.#wanted.splice(0, mostAtOnce).map((wanted) => this.#lookUp(wanted, missing)));
      await this.#make(missing);
    }
    this.#working = false;
  }

  async #lookUp(wanted: Wanted, missing: Wanted[]): Promise<void> {
    const { roomId, made, failed } = wanted;
    try {
      const known = await this.#database.read((database) => readRoom(database, roomId));
      if (known !== undefined) made(known);
      // Of two that want the same room, the other one is looked up again, when it is there.
      else if (missing.some((other) => other.roomId === roomId)) this.#wanted.push(wanted);
      else missing.push(wanted);
    } catch (error) {
      failed(error);
    }
  }

  async #make(rooms: readonly Wanted[]): Promise<void> {
    if (rooms.length === 0) return;
    const records = rooms.map(({ roomId, firstMark }) => {
      const key = roomKey(roomId);
      return { type: 'put' as const, key, value: encodeRoom(key, { firstMark, rewriteFrom: undefined }) };
    });
    try {
      await this.#database.write(async (database) => {
        await this.#checkSpace();
        await database.batch(records, { sync: true });
      });
      for (const { made, firstMark } of rooms) made(emptyRoom(firstMark));
    } catch (error) {
      for (const { failed } of rooms) failed(error);
    }
  }
}

function emptyRoom(firstMark: Uint8Array): RoomRecord {
  return {
    firstMark: new Uint8Array(firstMark),
    head: { seq: 0, mark: new Uint8Array(firstMark) },
    logBytes: 0,
    snapshot: undefined,
    previousSnapshot: undefined,
    floorSeq: 0,
  };
}
