import { join } from 'node:path';
import type { RoomId } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import type { Database } from '../../relay-server/level-database.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import { RelayServer } from '../../relay-server/server.ts';
import type { Provider } from '../../sync/node.ts';
import { openDocument } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A relay with its data on a real disk, started and stopped under one address, and the copies that a test opened there. */
export class RelayOnDisk {
  readonly folder: string;
  readonly warnings: string[] = [];
  readonly #remove: () => Promise<void>;
  readonly #copies: Provider[] = [];
  #running: { readonly server: RelayServer; readonly store: LevelLogStore } | undefined;
  #port = 0;

  readonly #config: Partial<RelayConfig>;

  private constructor(folder: string, remove: () => Promise<void>, config: Partial<RelayConfig>) {
    this.folder = folder;
    this.#config = config;
    this.#remove = remove;
  }

  static async start(config: Partial<RelayConfig> = {}): Promise<RelayOnDisk> {
    const { path, remove } = await temporaryFolder();
    const relay = new RelayOnDisk(path, remove, config);
    await relay.start();
    return relay;
  }

  get server(): RelayServer {
    return this.#now.server;
  }

  get store(): LevelLogStore {
    return this.#now.store;
  }

  async start(): Promise<void> {
    const warn = (line: string) => this.warnings.push(line);
    const store = await LevelLogStore.open({ folder: this.folder, floorBytes: 0, warn });
    const server = await RelayServer.listen({
      host: '127.0.0.1',
      port: this.#port,
      store,
      warn,
      config: this.#config,
    });
    this.#port = server.port;
    this.#running = { server, store };
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.server.close();
    await running?.store.close();
  }

  /** Stops the relay, lets `change` at its database, and starts it again. */
  async changed(change: (database: Database) => Promise<void>): Promise<void> {
    await this.stop();
    const database = await openDatabase(join(this.folder, 'log'));
    await change(database);
    await database.close();
    await this.start();
  }

  /** A copy in this process, closed with the relay. Without a document ID it makes one. */
  async open(document = 'new', journalFolder?: string): Promise<Provider> {
    const journal = journalFolder === undefined ? {} : { journalFolder };
    const copy = await openDocument({ document, relayUrl: this.server.url, ...journal });
    this.#copies.push(copy);
    return copy;
  }

  /** Waits until the copy is live, saved, and its text is this. */
  async shows(copy: Provider, text: string): Promise<void> {
    const seen = () => ({ text: copy.text.toString(), status: copy.status, warnings: this.warnings });
    await waitFor(`a live copy with ${text}`, () => copy.status.saved && copy.text.toString() === text, {
      seen,
    });
  }

  /** Every small entry of the room as the store has it, an empty one for each that is lost. */
  async entries(roomId: RoomId): Promise<Uint8Array[]> {
    const head = (await this.store.room(roomId))?.head.seq ?? 0;
    const entries: Uint8Array[] = [];
    while (entries.length < head) {
      const slice = await this.store.read(roomId, entries.length, head, limits.chunkBytes);
      if (slice.type !== 'entries') throw new Error(`${slice.type} after ${entries.length} of ${head}`);
      entries.push(...slice.entries);
    }
    return entries;
  }

  async close(): Promise<void> {
    for (const copy of this.#copies.splice(0)) await copy.close();
    await this.stop();
    await this.#remove();
  }

  get #now() {
    if (this.#running === undefined) throw new Error('the relay is stopped');
    return this.#running;
  }
}

/** Types one entry a letter: each is saved before the next. */
export async function typed(copy: Provider, letters: string): Promise<void> {
  for (const letter of letters) {
    copy.text.insert(copy.text.length, letter);
    await copy.whenSaved();
  }
}
