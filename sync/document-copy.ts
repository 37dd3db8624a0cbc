import * as Y from 'yjs';
import type { Cursor } from '../protocol/ids.ts';
import type { Joined } from '../protocol/joining-messages.ts';
import type { Clock } from './clock.ts';
import { CopyJournal } from './copy-journal.ts';
import type { CopyEvents, CopyOptions } from './copy-options.ts';
import { CopySealing } from './copy-sealing.ts';
import { Holes } from './holes.ts';
import { Inbound } from './inbound.ts';
import type { DocumentKeys } from './keys.ts';
import type { HeardMessage, LinkedCopy } from './linked-copy.ts';
import { compareWithLog } from './log-comparison.ts';
import type { ReceivedEntry, ReceivedSnapshot } from './log-reader.ts';
import { Outbox } from './outbox.ts';
import { Presence } from './presence.ts';
import { programVersion } from './program.ts';
import { sealingHere } from './sealing-here.ts';
import { SecondFetch } from './second-fetch.ts';
import { SnapshotFirst } from './snapshot-first.ts';
import type { OutboxLink } from './upload.ts';

/** A document on this computer: the Yjs document, its journal, what is on its way out and what comes in. */
export class DocumentCopy implements LinkedCopy {
  readonly doc = new Y.Doc();
  readonly keys: DocumentKeys;
  readonly token: string;
  readonly create: boolean;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly snapshotFirst: SnapshotFirst;
  readonly #journal: CopyJournal;
  readonly #holes: Holes;
  readonly #secondFetch: SecondFetch;
  readonly #inbound: Inbound;
  readonly #sealing: CopySealing;
  readonly #clock: Clock;
  #wasOnRelay = false;

  constructor(
    options: CopyOptions,
    private readonly events: CopyEvents,
  ) {
    const { keys, clock } = options;
    const key = { roomId: keys.roomId, contentKey: keys.contentKey };
    this.#sealing = new CopySealing(key, options.worker ?? sealingHere(key));
    const changed = () => events.changed();
    this.keys = keys;
    this.#clock = clock;
    this.token = options.token ?? '';
    this.create = options.create;
    this.#journal = new CopyJournal(this.doc, options, changed, () => ({
      putOutbox: this.outbox.rows,
      clearHoles: true,
      addHoles: this.#holes.all,
    }));
    const opening = `${clock.now().toString(36)}-${Math.floor(clock.random() * 2 ** 48).toString(36)}`;
    this.outbox = new Outbox(this.#sealing.sealer, this.#journal.writer, opening, changed);
    this.snapshotFirst = new SnapshotFirst(this.outbox, clock);
    this.#holes = new Holes(options.program ?? programVersion);
    this.#secondFetch = new SecondFetch(this.#holes, clock, (from) => events.fetchAgain(from));
    this.#inbound = new Inbound({
      doc: this.doc,
      clock,
      writer: this.#journal.writer,
      opener: this.#sealing,
      isOwn: (sealed) => this.outbox.isOwn(sealed),
      onJournaled: ({ seq }) => this.outbox.readUpTo(seq),
      holes: this.#holes,
      onHoles: () => {
        this.#secondFetch.look();
        changed();
      },
      onDamaged: () => {
        this.#journal.distrust();
        events.damaged();
      },
    });
    this.presence = new Presence(this.doc, key, clock, events);
    this.doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
      if (local && keys.role === 'edit') this.outbox.add(update);
      this.#journal.changed();
      events.edited();
    });
  }

  /** Whether this copy may be edited before the relay has answered: it is new, or was on the relay before. Known once loaded. */
  get isKnownHere(): boolean {
    return this.create || this.#wasOnRelay;
  }

  /** Why the newest edits could not be journaled; undefined while they can. */
  get journalTrouble(): string | undefined {
    return this.#journal.trouble;
  }

  /** Seqs of entries that did not open. */
  get holes(): readonly number[] {
    return this.#holes.seqs;
  }

  /** Whether something received waits for what it builds on, and nothing more is on its way. */
  get isIncomplete(): boolean {
    const { pendingStructs, pendingDs } = this.doc.store;
    return !this.#inbound.isBusy && (pendingStructs !== null || pendingDs !== null);
  }

  /** The update in a snapshot, or undefined where it does not open. */
  openSnapshot(snapshot: ReceivedSnapshot): Promise<Uint8Array | undefined> {
    return this.#sealing.snapshot(snapshot);
  }

  /** Seals the document as it is for the position at which it stands. */
  sealSnapshot(cursor: Cursor): Promise<Uint8Array> {
    const loaded = this.snapshotFirst.isOn ? this.#inbound.lineage?.encode() : undefined;
    return this.#sealing.sealSnapshot(cursor, loaded ?? Y.encodeStateAsUpdate(this.doc));
  }

  /** Where the document stands in the log; undefined while something received is not in it yet. */
  get settledCursor(): Cursor | undefined {
    return this.#inbound.settledCursor;
  }

  /** Fills the document from the journal and gives the cursor to read on from: before what another version did not open. */
  async load(): Promise<Cursor | undefined> {
    const content = await this.#journal.load();
    this.#holes.restore(content.holes);
    this.#wasOnRelay = content.cursor !== undefined;
    // A viewer may share the journal of an editor's window; what waits there is not the viewer's to send.
    if (this.keys.role === 'edit') this.outbox.restore(content.outbox);
    const { due } = this.#holes;
    return due === undefined || content.cursor === undefined ? content.cursor : due.from;
  }

  /** Resolves when every edit made so far is in the journal. */
  async whenJournaled(): Promise<void> {
    // Fresh edits reach the writer at the end of this turn.
    await Promise.resolve();
    await this.#journal.writer.write({});
  }

  /** Resolves when everything is in the journal; the document ends. */
  async close(): Promise<void> {
    this.presence.close();
    this.#inbound.close();
    this.#secondFetch.end();
    await this.#journal.close();
    this.doc.destroy();
  }

  canPublish(): boolean {
    return this.keys.role === 'edit' && this.isKnownHere;
  }

  streamStarts(joined: Joined, compactFirst: boolean): boolean {
    this.#wasOnRelay = true;
    this.snapshotFirst.streamStarts(compactFirst);
    const hasOwn = this.doc.store.clients.size > 0 || this.#inbound.isBusy;
    const mustCompare = joined.start !== 'delta' && this.keys.role === 'edit' && hasOwn;
    this.#inbound.after(() => {
      if (joined.start === 'delta') this.#inbound.goOnAt(joined.from);
      else {
        // What a viewer finds here is an editor's, whose next opening has to find that the history is another one.
        const lineage = mustCompare
          ? 'compared'
          : this.keys.role === 'view' && hasOwn
            ? 'never-compared'
            : 'none';
        this.#inbound.startAnew(joined.start === 'log' ? joined.from : undefined, lineage);
      }
    });
    this.outbox.readUpTo(joined.start === 'delta' ? joined.from.seq : 0);
    return mustCompare;
  }

  received(entries: readonly ReceivedEntry[], cursor: Cursor, applied: () => void): void {
    this.#inbound.push({ entries, cursor }, applied);
  }

  receivedSnapshot(snapshot: ReceivedSnapshot, done: (opened: boolean) => void): void {
    this.#inbound.pushSnapshot(snapshot, done);
  }

  caughtUp(): void {
    this.snapshotFirst.loaded();
    this.#inbound.settle();
  }

  afterReceived(task: () => void): void {
    this.#inbound.after(task);
  }

  compare(isStill: () => boolean, done: () => void): void {
    this.snapshotFirst.loaded();
    const clock = this.#clock;
    compareWithLog({ doc: this.doc, inbound: this.#inbound, outbox: this.outbox, clock, isStill, done });
  }

  joined(appends: OutboxLink | undefined): void {
    this.snapshotFirst.joined(appends);
    this.presence.join();
  }

  /** Where the document that a snapshot is made of stands: the log’s own content while appends wait for the snapshot. */
  get compactableCursor(): Cursor | undefined {
    const { lineage } = this.#inbound;
    const isAtLog = this.snapshotFirst.isOn
      ? lineage !== undefined
      : lineage === undefined && this.outbox.isEmpty;
    return isAtLog ? this.settledCursor : undefined;
  }

  notJoined(): void {
    this.snapshotFirst.notJoined();
    this.presence.leave();
  }

  heard(received: HeardMessage): void {
    switch (received.event) {
      case 'ack':
        for (const { ref, seq } of received.message.acks) this.outbox.acknowledged(ref, seq);
        return;
      case 'received':
        this.outbox.received(received.message.ref, received.message.bytes);
        return;
      case 'peers':
        this.presence.peers(received.message);
        return;
      case 'left':
        this.presence.left(received.message);
        return;
      default:
        received satisfies never;
    }
  }

  changed(): void {
    this.events.changed();
  }
}
