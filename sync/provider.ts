import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { type Clock, wait } from './clock.ts';
import { CopyComparison } from './copy-comparison.ts';
import { type EntryOpener, Inbound } from './inbound.ts';
import type { Journal } from './journal.ts';
import { JournalWriter } from './journal-writer.ts';
import type { DocumentKeys } from './keys.ts';
import { Lineage } from './lineage.ts';
import { type EntrySealer, Outbox } from './outbox.ts';
import { Presence } from './presence.ts';
import type { User } from './presence-state.ts';
import { RelayLink } from './relay-link.ts';
import { open, seal } from './sealing.ts';
import type { ConnectionStatus, Status } from './status.ts';
import type { OpenTransport } from './transport.ts';

/** Everything a copy needs from outside. */
export interface ProviderOptions {
  readonly keys: DocumentKeys;
  /** Origin of the relay, such as `http://127.0.0.1:4040`. */
  readonly relayUrl: string;
  /** Make the document on the relay if it is not there: for new documents only. */
  readonly create: boolean;
  readonly user: User;
  /** Access token of a private relay. */
  readonly token?: string;
  readonly journal: Journal;
  readonly openTransport: OpenTransport;
  readonly clock: Clock;
  /** Seals and opens large entries away from typing; without it they are done in place. */
  readonly worker?: { readonly seal: EntrySealer['later']; readonly open: EntryOpener['later'] };
}

/** Origin of the transaction that fills the document from the journal. */
const journalOrigin = Symbol('journal');

/** Rows of the journal over which it is compacted, and when after opening, in ms. */
const compactOverRows = 200;
const compactAfterMs = 5000;
/** Before a copy pushes what the relay lacks it waits up to this many ms, as others may push the same. */
const compareWaitMs = 500;

/** Keeps one copy of a document in step with its relay. What is typed is journaled first (G2); the status never lies (G4). */
export class Provider {
  readonly doc = new Y.Doc();
  /** The text people share. */
  readonly text = this.doc.getText('content');
  /** About the document; key `title`. */
  readonly meta = this.doc.getMap<unknown>('meta');
  readonly keys: DocumentKeys;
  /** Resolves when what is on this computer is in the document. */
  readonly loaded: Promise<void>;
  readonly #writer: JournalWriter;
  readonly #outbox: Outbox;
  readonly #inbound: Inbound;
  readonly #presence: Presence;
  readonly #comparison: CopyComparison;
  readonly #link: RelayLink;
  readonly #listeners = new Set<(status: Status) => void>();
  readonly #clock: Clock;
  #status: Status | undefined;
  #unopened = 0;
  #journalTrouble: string | undefined;
  #wasOnRelay = false;

  constructor(private readonly options: ProviderOptions) {
    const { keys, clock, worker } = options;
    const key = { roomId: keys.roomId, contentKey: keys.contentKey };
    const sealNow = (update: Uint8Array) => seal(key, 'entry', update);
    const openNow = (sealed: Uint8Array) => open(key, 'entry', sealed);
    const publish = () => this.#publish();
    this.keys = keys;
    this.#clock = clock;
    this.#writer = new JournalWriter(
      options.journal,
      (reason) => {
        this.#journalTrouble = reason;
        publish();
      },
      (ms) => wait(clock, ms),
    );
    const sealer = { now: sealNow, later: worker?.seal ?? ((update) => Promise.resolve(sealNow(update))) };
    const opener = { now: openNow, later: worker?.open ?? ((sealed) => Promise.resolve(openNow(sealed))) };
    const opening = `${clock.now().toString(36)}-${Math.floor(clock.random() * 2 ** 48).toString(36)}`;
    this.#outbox = new Outbox(sealer, this.#writer, opening, publish);
    this.#inbound = new Inbound({
      doc: this.doc,
      writer: this.#writer,
      opener,
      isOwn: (sealed) => this.#outbox.isOwn(sealed),
      onUnopened: (seqs) => {
        this.#unopened += seqs.length;
        publish();
      },
      onDamaged: () =>
        this.#link.happened({
          type: 'refused',
          code: 'damaged-copy',
          detail: 'damaged-copy',
          canPublish: false,
        }),
    });
    this.#link = new RelayLink(this.#linkedCopy(), options.relayUrl, options.openTransport, clock);
    this.#presence = new Presence(
      this.doc,
      key,
      clock,
      (message) => this.#link.send({ event: 'presence', message }),
      (check) => this.#comparison.theirs(check),
    );
    this.#comparison = new CopyComparison(
      this.doc,
      this.text,
      clock,
      () => (this.status.saved ? this.#link.cursor : undefined),
      (check) => this.#presence.setCheck(check),
      publish,
    );
    this.#presence.setUser(options.user);
    this.doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
      if (local && keys.role === 'edit') this.#outbox.add(update);
      this.#comparison.edited();
    });
    this.loaded = this.#load();
  }

  /** Members' names, colours and cursors, this copy's own included. */
  get awareness(): Awareness {
    return this.#presence.awareness;
  }

  get status(): Status {
    this.#status ??= this.#currentStatus();
    return this.#status;
  }

  /** Whether this copy may be edited before the relay has answered: it is new, or was on the relay before. Known once loaded. */
  get isKnownHere(): boolean {
    return this.options.create || this.#wasOnRelay;
  }

  /** Calls back on every change of the status until the returned function is called. */
  onStatus(listener: (status: Status) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything the relay has is here. Rejects with the refusal, or when closed before. */
  whenLive(): Promise<void> {
    return this.#when((status) => status.connection.state === 'live');
  }

  /** Resolves when every edit made so far is on the relay's disk (G1). Rejects with the refusal, or when closed before. */
  whenSaved(): Promise<void> {
    return this.#when((status) => status.saved);
  }

  setUser(user: User): void {
    this.#presence.setUser(user);
  }

  /** Goes to the relay at another address; what is not saved is sent there. */
  setRelayUrl(relayUrl: string): void {
    this.#link.setRelayUrl(relayUrl);
  }

  /** Works from this computer alone until `goOnline`. */
  goOffline(): void {
    this.#link.happened({ type: 'asked-offline' });
  }

  /** Connects, also after a refusal: the person wants another try. */
  goOnline(): void {
    this.#link.happened({ type: 'asked-online' });
  }

  /** The network may be back: does not wait for the next attempt. */
  reconnectNow(): void {
    this.#link.hurry();
  }

  /** Ends it. Resolves when all edits are in the journal; those not saved are sent at the next opening. */
  async close(): Promise<void> {
    if (this.#link.connection.state === 'closed') return;
    await this.loaded;
    if (this.#link.isJoined) this.#link.send({ event: 'leave', message: null });
    this.#link.happened({ type: 'asked-close' });
    this.#comparison.close();
    this.#presence.close();
    await this.#writer.close();
    this.doc.destroy();
  }

  async #load(): Promise<void> {
    const content = await this.options.journal.load();
    this.doc.transact(() => {
      for (const { update } of content.updates) Y.applyUpdate(this.doc, update, journalOrigin);
    }, journalOrigin);
    while (this.doc.store.clients.has(this.doc.clientID))
      this.doc.clientID = Math.floor(this.#clock.random() * 2 ** 32);
    this.#unopened = content.holes.length;
    this.#wasOnRelay = content.cursor !== undefined;
    this.#outbox.restore(content.outbox);
    if (content.updates.length > compactOverRows) {
      const removeUpdates = content.updates.map((row) => row.key);
      this.#clock.after(compactAfterMs, () => void this.#compact(removeUpdates));
    }
    this.#link.start(content.cursor);
  }

  async #compact(removeUpdates: readonly number[]): Promise<void> {
    if (this.#link.connection.state === 'closed') return;
    await this.#writer.write({ removeUpdates, addUpdates: [Y.encodeStateAsUpdate(this.doc)] });
  }

  #linkedCopy(): ConstructorParameters<typeof RelayLink>[0] {
    return {
      keys: this.keys,
      token: this.options.token ?? '',
      create: this.options.create,
      canPublish: () => this.keys.role === 'edit' && this.isKnownHere,
      streamStarts: (joined) => {
        this.#wasOnRelay = true;
        this.#inbound.lineage?.close();
        const mustCompare =
          joined.start !== 'delta' && this.keys.role === 'edit' && this.doc.store.clients.size > 0;
        this.#inbound.lineage = mustCompare ? new Lineage() : undefined;
        return mustCompare;
      },
      received: (entries, cursor, applied) => this.#inbound.push({ entries, cursor }, applied),
      afterReceived: (task) => this.#inbound.after(task),
      compare: (done) => this.#compare(done, false),
      joined: (appends) => {
        if (appends !== undefined) this.#outbox.open(appends);
        this.#presence.join();
      },
      notJoined: () => {
        this.#outbox.shut();
        this.#presence.leave();
      },
      heard: (received) => {
        switch (received.event) {
          case 'ack':
            for (const { ref } of received.message.acks) this.#outbox.acknowledged(ref);
            return;
          case 'received':
            this.#outbox.received(received.message.ref, received.message.bytes);
            return;
          case 'peers':
            this.#presence.peers(received.message);
            return;
          case 'left':
            this.#presence.left(received.message);
            return;
          default:
            received satisfies never;
        }
      },
      changed: () => this.#publish(),
    };
  }

  #compare(done: () => void, again: boolean): void {
    const { lineage } = this.#inbound;
    if (lineage === undefined || this.#link.connection.state !== 'checking') return;
    const later = (delayMs: number, second: boolean) =>
      void this.#clock.after(delayMs, () => this.#compare(done, second));
    if (this.#outbox.unsaved > 0) return later(compareWaitMs / 10, again);
    const missing = lineage.missingFrom(this.doc);
    if (missing !== undefined && !again) return later(compareWaitMs * this.#clock.random(), true);
    if (missing !== undefined) this.#outbox.add(missing);
    this.#inbound.lineage = undefined;
    lineage.close();
    done();
  }

  #when(isSo: (status: Status) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      let stop = () => {};
      const look = (status: Status) => {
        const { connection } = status;
        const isOver = connection.state === 'refused' || connection.state === 'closed';
        if (isSo(status)) resolve();
        else if (isOver) reject(new Error(connection.state === 'refused' ? connection.code : 'closed'));
        else return;
        stop();
      };
      stop = this.onStatus(look);
      look(this.status);
    });
  }

  #publish(): void {
    this.#status = this.#currentStatus();
    if (this.#status.saved) this.#comparison.schedule();
    for (const listener of [...this.#listeners]) listener(this.#status);
  }

  #currentStatus(): Status {
    const { connection } = this.#link;
    const status: ConnectionStatus = connection.state === 'joining' ? { state: 'connecting' } : connection;
    const { unsaved } = this.#outbox;
    return {
      connection: status,
      unsaved,
      saved: status.state === 'live' && unsaved === 0,
      upload: this.#outbox.progress,
      journalTrouble: this.#journalTrouble,
      diverged: this.#comparison.diverged,
      unopened: this.#unopened,
    };
  }
}
