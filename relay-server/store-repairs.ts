import type { RoomId } from '../protocol/ids.ts';
import type { Database } from './level-database.ts';
import { isCorruption } from './level-database.ts';
import { mostAttempts } from './level-opening.ts';
import type { InTurn, RoomDamage } from './log-store.ts';
import { StoreError } from './log-store.ts';
import type { ReopeningDatabase } from './reopening-database.ts';
import type { InSteps } from './repair-step.ts';

/** How often a repair begins anew since the database was opened again meanwhile. */
const mostBeginnings = 4;

/** Repairs of rooms of a LevelDB store: each step is one write among the others. */
export class StoreRepairs {
  readonly #database: ReopeningDatabase;
  readonly #begin: (database: Database, roomId: RoomId) => InSteps<RoomDamage | undefined>;
  readonly #beforeStep: () => Promise<void>;
  readonly #underWay = new Set<RoomId>();

  /** `beforeStep` throws where there is no room on the disk. */
  constructor(
    database: ReopeningDatabase,
    begin: (database: Database, roomId: RoomId) => InSteps<RoomDamage | undefined>,
    beforeStep: () => Promise<void>,
  ) {
    this.#database = database;
    this.#begin = begin;
    this.#beforeStep = beforeStep;
  }

  /** Whether this room is being repaired. */
  isUnderWay(roomId: RoomId): boolean {
    return this.#underWay.has(roomId);
  }

  /** Repairs the room; each step is run by `inTurn`. */
  async repair(roomId: RoomId, inTurn: InTurn): Promise<RoomDamage | undefined> {
    this.#underWay.add(roomId);
    try {
      for (let attempts = 1; ; attempts++) {
        try {
          return await this.#inSteps(roomId, inTurn);
        } catch (error) {
          // Where LevelDB itself was damaged, the try ended in mending its files, and the next one sees what is left.
          if (!isCorruption(error) || attempts === mostAttempts) throw error;
        }
      }
    } finally {
      this.#underWay.delete(roomId);
    }
  }

  async #inSteps(roomId: RoomId, inTurn: InTurn): Promise<RoomDamage | undefined> {
    for (let beginnings = 0; beginnings < mostBeginnings; beginnings++) {
      const begun: { on?: Database; steps?: InSteps<RoomDamage | undefined> } = {};
      const step = async () => {
        await this.#beforeStep();
        return await this.#database.write(async (database) => {
          begun.on ??= database;
          begun.steps ??= this.#begin(database, roomId);
          return begun.on === database ? await begun.steps.next() : undefined;
        });
      };
      for (let result = await inTurn(step); result !== undefined; result = await inTurn(step))
        if (result.done === true) return result.value;
    }
    throw new StoreError('store-failed', `The store fails too often to repair room ${roomId}.`);
  }
}
