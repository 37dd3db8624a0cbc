import { sha256 } from '@noble/hashes/sha2.js';
import type { RoomId } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import type { LogPosition, NewEntry } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { Clock } from '../../sync/clock.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { type MemoryDisk, memoryJournal, newMemoryDisk } from '../../sync/journal-memory.ts';
import { type DocumentKeys, deriveKeys } from '../../sync/keys.ts';
import { Provider, type ProviderOptions } from '../../sync/provider.ts';
import type { OpenTransport } from '../../sync/transport.ts';
import { MemoryNetwork } from './memory-network.ts';
import { seededRandom } from './random.ts';
import { repeatEntries } from './repeating-line.ts';
import { VirtualTime } from './virtual-time.ts';

/** One document, a relay in memory whose disk can be exchanged, and copies, all in virtual time. */
export class MemoryRoom {
  readonly keys: DocumentKeys = deriveKeys(newDocumentSecret());
  readonly time = new VirtualTime(seededRandom(1));
  readonly #network: MemoryNetwork;
  #people = 0;

  constructor(
    readonly store = new MemoryLogStore(),
    config: Partial<RelayConfig> = {},
  ) {
    this.#network = new MemoryNetwork(this.time, seededRandom(2), 'none', config);
    this.#network.startRelay(store);
  }

  /** Opens a copy. `disk` continues an earlier one; `keys` of the view ID make a viewer. */
  open(
    options: {
      readonly create?: boolean;
      readonly disk?: MemoryDisk;
      readonly keys?: DocumentKeys;
      readonly clock?: Clock;
      readonly worker?: NonNullable<ProviderOptions['worker']>;
      readonly program?: string;
      readonly personId?: string;
    } = {},
  ): Provider {
    const {
      create = false,
      disk = newMemoryDisk(),
      keys = this.keys,
      clock = this.time,
      worker,
      program,
      personId,
    } = options;
    const { open: openTransport } = this.#network.transportFor(() => true);
    this.#people += 1;
    const user = { name: `Person ${this.#people}`, color: this.#people };
    const journal = memoryJournal(disk);
    return new Provider({
      keys,
      relayUrl: 'http://relay.test',
      create,
      user,
      journal,
      openTransport,
      clock,
      ...(worker === undefined ? {} : { worker }),
      ...(program === undefined ? {} : { program }),
      ...(personId === undefined ? {} : { personId }),
    });
  }

  /** A transport of someone else than the copies that `open` gives. */
  get openTransport(): OpenTransport {
    return this.#network.transportFor(() => true).open;
  }

  /** Lets an editor append exactly these bytes. */
  async append(...entries: readonly Uint8Array[]): Promise<void> {
    const line = repeatEntries(this.openTransport, this.keys, entries);
    await this.settle();
    line.end();
    if (line.taken() !== entries.length) throw new Error(`${line.taken()} of ${entries.length} were taken`);
  }

  /** Lets five seconds pass, in which everything settles. */
  async settle(): Promise<void> {
    await this.time.pass(5000);
  }

  /** The relay goes on with another disk, as after a wipe or from a backup. */
  async restartWith(store: MemoryLogStore): Promise<void> {
    this.#network.killRelay();
    this.#network.startRelay(store);
    await this.settle();
  }
}

/** A small entry as a store takes it. */
export function entryOf(roomId: RoomId, seq: number, position: LogPosition, bytes: Uint8Array): NewEntry {
  return { roomId, seq, ...position, digest: sha256(bytes), body: { type: 'inline', bytes } };
}

/** A backup of a room: its log up to `seq`, byte for byte. */
export async function backupOf(store: MemoryLogStore, roomId: RoomId, seq: number): Promise<MemoryLogStore> {
  const backup = new MemoryLogStore();
  const start = await store.position(roomId, 0);
  if (start === undefined) return backup;
  await backup.createRoom(roomId, start.mark);
  for (let next = 1; next <= seq; next++) {
    const slice = await store.read(roomId, next - 1, next, limits.chunkBytes);
    const position = await store.position(roomId, next);
    const bytes = slice.type === 'entries' ? slice.entries[0] : undefined;
    if (bytes === undefined || position === undefined) throw new Error(`no small entry ${next}`);
    await backup.append([entryOf(roomId, next, position, bytes)]);
  }
  return backup;
}
