import { batch, effect, signal } from '@preact/signals';
import { base58 } from '@scure/base';
import type { Milestone } from '../../protocol/milestone-messages.ts';
import { MilestoneError } from '../../sync/milestone-reader.ts';
import { workerJobs } from '../worker-jobs.ts';
import type { DocumentSession } from './document-session.ts';
import type { KeptReason, KeptVersions } from './kept-versions.ts';
import {
  type Author,
  changesSince,
  peopleNamed,
  underPresentNames,
  type VersionChanges,
  type VersionSummary,
} from './version-figures.ts';
import { type ReadVersion, readVersion } from './version-job.ts';

/** A version that can be looked at. */
export interface TimelineEntry {
  readonly id: string;
  /** When the document was so, ms since 1970. */
  readonly atMs: number;
  readonly bytes: number;
  readonly reason: KeptReason;
  /** Where the relay has it. */
  readonly milestone?: Milestone;
}

/** How it stands with the relay's versions. */
export type RelayVersions =
  | { readonly state: 'asking' | 'ready' | 'offline' }
  | { readonly state: 'failed'; readonly code: string };

/** What may be loaded from the relay without being asked for, to tell who changed how much, in bytes. */
const unaskedBytes = 8 * 1024 * 1024;
/** How often the list and what is said of "Now" are renewed while they are looked at, in ms. */
const [listEveryMs, nowEveryMs] = [60_000, 2000];

/** The versions of an open document, of the relay and of this computer. `close` it when nobody looks any more. */
export class Timeline {
  /** The newest first. */
  readonly entries = signal<readonly TimelineEntry[]>([]);
  readonly relay = signal<RelayVersions>({ state: 'asking' });
  /** Whether what is on this computer has been read. */
  readonly isRead = signal(false);
  readonly #figures = signal<ReadonlyMap<string, VersionChanges>>(new Map());
  readonly #now = signal<VersionChanges | undefined>(undefined);
  /** Who has written, as the document now says. */
  readonly #named = signal<ReadonlyMap<number, Author>>(new Map());
  readonly #jobs = workerJobs(
    () => new Worker(new URL('./version-worker.ts', import.meta.url), { type: 'module' }),
    readVersion,
  );
  readonly #stops: (() => void)[] = [];
  #newest: { readonly id: string; readonly summary: VersionSummary } | undefined;
  #unasked = 0;
  #turn = 0;

  constructor(
    private readonly session: DocumentSession,
    private readonly kept: KeptVersions,
  ) {
    const timers = [
      window.setInterval(() => void this.refresh(), listEveryMs),
      window.setInterval(() => this.#readNow(), nowEveryMs),
    ];
    let last: string | undefined;
    this.#stops.push(
      () => {
        for (const timer of timers) window.clearInterval(timer);
      },
      () => this.#jobs.close(),
      effect(() => {
        const { state } = session.status.value.connection;
        if (state !== last) void this.refresh();
        last = state;
      }),
      effect(() => {
        const provider = session.provider.value;
        if (provider === undefined) return;
        const { doc, people } = provider;
        const read = () => {
          this.#named.value = peopleNamed(doc);
        };
        read();
        people.observe(read);
        return () => people.unobserve(read);
      }),
    );
  }

  /** What happened since the version before this one, people under their present names; undefined until it is known. */
  changesIn(entry: TimelineEntry): VersionChanges | undefined {
    const changes = this.#figures.value.get(this.#figuresKey(entry));
    return changes && underPresentNames(changes, this.#named.value);
  }

  /** What happened since the newest version. */
  get changesNow(): VersionChanges | undefined {
    const changes = this.#now.value;
    return changes && underPresentNames(changes, this.#named.value);
  }

  /** Reads anew what there is. */
  async refresh(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const own = (await this.kept.list()).map(({ id, atMs, bytes, reason }) => ({ id, atMs, bytes, reason }));
    if (turn !== this.#turn) return;
    const known = this.entries.peek().filter(({ milestone }) => milestone !== undefined);
    batch(() => {
      this.entries.value = merged(own, known);
      this.isRead.value = true;
    });
    const relay = await this.#askRelay();
    if (turn !== this.#turn) return;
    batch(() => {
      this.relay.value = relay.state;
      if (relay.milestones !== undefined)
        this.entries.value = merged(own, relay.milestones.map(entryOfRelay));
    });
    await this.#readFigures(turn);
  }

  /** A version's content. Tells the share that has come. Rejects with `MilestoneError`. */
  async read(entry: TimelineEntry, onProgress: (share: number) => void): Promise<ReadVersion> {
    const update = await this.#update(entry, onProgress);
    const read = await this.#jobs.do({ update });
    if (read === undefined) throw new MilestoneError('unopened', '');
    return read;
  }

  close(): void {
    this.#turn += 1;
    for (const stop of this.#stops) stop();
  }

  async #askRelay(): Promise<{ state: RelayVersions; milestones?: readonly Milestone[] }> {
    const provider = this.session.provider.peek();
    const { state } = this.session.status.peek().connection;
    if (state === 'loading' || state === 'connecting') return { state: { state: 'asking' } };
    if (provider === undefined || state === 'offline' || state === 'closed' || state === 'refused')
      return { state: { state: 'offline' } };
    try {
      return { state: { state: 'ready' }, milestones: await provider.milestones.list() };
    } catch (error) {
      const code = error instanceof MilestoneError ? error.code : 'unopened';
      return { state: code === 'lost' ? { state: 'offline' } : { state: 'failed', code } };
    }
  }

  async #update(entry: TimelineEntry, onProgress: (share: number) => void): Promise<Uint8Array> {
    const here = await this.kept.update(entry.id);
    if (here !== undefined) return here;
    const provider = this.session.provider.peek();
    if (entry.milestone === undefined || provider === undefined) throw new MilestoneError('lost', '');
    const bytes = Math.max(1, entry.milestone.bytes);
    const update = await provider.milestones.update(entry.milestone, (came) => onProgress(came / bytes));
    const { id, atMs, reason } = entry;
    await this.kept.keep({ id, atMs, reason, fingerprint: '' }, update);
    return update;
  }

  /** One after another and the newest first, as far as it costs little. */
  async #readFigures(turn: number): Promise<void> {
    let next: { readonly id: string; readonly update: Uint8Array | undefined } | undefined;
    const unasked = async (entry: TimelineEntry) => {
      if (next?.id === entry.id) return next.update;
      const here = await this.kept.update(entry.id);
      if (here !== undefined || entry.milestone === undefined) return here;
      if (this.#unasked + entry.bytes > unaskedBytes) return undefined;
      this.#unasked += entry.bytes;
      return this.#update(entry, () => {}).catch(() => undefined);
    };
    const entries = this.entries.peek();
    for (const [i, entry] of entries.entries()) {
      const isNewest = i === 0;
      const isKnown = this.#figures.peek().has(this.#figuresKey(entry));
      if (isKnown && (!isNewest || this.#newest?.id === entry.id)) continue;
      const older = entries[i + 1];
      const update = await unasked(entry);
      next = older === undefined ? undefined : { id: older.id, update: await unasked(older) };
      if (update === undefined || (older !== undefined && next?.update === undefined)) continue;
      const read = await this.#jobs.do({
        update,
        ...(next?.update === undefined ? {} : { older: next.update }),
      });
      if (turn !== this.#turn) return;
      if (read === undefined) continue;
      this.#figures.value = new Map([...this.#figures.peek(), [this.#figuresKey(entry), read.changes]]);
      if (!isNewest) continue;
      this.#newest = { id: entry.id, summary: read.summary };
      this.#readNow();
    }
  }

  #readNow(): void {
    const provider = this.session.provider.peek();
    const newest = this.#newest;
    if (newest === undefined || provider === undefined) return;
    this.#now.value = changesSince(provider.doc, newest.summary, this.#named.peek());
  }

  #figuresKey(entry: TimelineEntry): string {
    const entries = this.entries.peek();
    const older = entries[entries.findIndex(({ id }) => id === entry.id) + 1];
    return `${entry.id} ${older?.id ?? ''}`;
  }
}

function entryOfRelay(milestone: Milestone): TimelineEntry {
  const { cursor, createdMs, bytes } = milestone;
  const id = `relay-${cursor.seq}-${base58.encode(cursor.mark)}`;
  return { id, atMs: createdMs, bytes, reason: 'relay', milestone };
}

/** Both by time, the newest first; one that is in both is the relay's. */
function merged(own: readonly TimelineEntry[], relay: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const byId = new Map([...own, ...relay].map((entry) => [entry.id, entry]));
  return [...byId.values()].sort((one, other) => other.atMs - one.atMs);
}
