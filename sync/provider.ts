import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Cursor } from '../protocol/ids.ts';
import { isOfEditor, signCheck } from './check-proof.ts';
import { Compactor } from './compactor.ts';
import { CopyComparison } from './copy-comparison.ts';
import type { CopyOptions } from './copy-options.ts';
import { DocumentCopy } from './document-copy.ts';
import type { DocumentKeys } from './keys.ts';
import { MilestoneReader } from './milestone-reader.ts';
import { Signature } from './people.ts';
import { partsOf } from './plain-content.ts';
import type { User } from './presence-state.ts';
import { RelayLink } from './relay-link.ts';
import { SideRequests } from './side-requests.ts';
import type { ConnectionStatus, Status } from './status.ts';
import type { OpenTransport } from './transport.ts';

/** Everything a provider needs from outside. */
export interface ProviderOptions extends CopyOptions {
  /** Origin of the relay, such as `http://127.0.0.1:4040`. */
  readonly relayUrl: string;
  readonly user: User;
  /** Who that is in this document, the same at every opening; without it each opening is someone else of that name. */
  readonly personId?: string;
  readonly openTransport: OpenTransport;
}

/** Keeps one copy of a document in step with its relay. What is typed is journaled first (G2); the status never lies (G4). */
export class Provider {
  readonly doc: Y.Doc;
  /** The text people share. */
  readonly text: Y.Text;
  /** About the document; key `title`. */
  readonly meta: Y.Map<unknown>;
  /** Who has written in it; read by `readPeople`. */
  readonly people: Y.Map<unknown>;
  /** What is said about its text; read by `readThreads`. */
  readonly comments: Y.Map<unknown>;
  readonly keys: DocumentKeys;
  /** Resolves when what is on this computer is in the document. */
  readonly loaded: Promise<void>;
  /** Older states of the document on the relay. */
  readonly milestones: MilestoneReader;
  readonly #copy: DocumentCopy;
  readonly #comparison: CopyComparison;
  readonly #link: RelayLink;
  readonly #compactor: Compactor;
  /** Of an editor; who may only read writes nothing, no name either. */
  readonly #signature: Signature | undefined;
  readonly #listeners = new Set<(status: Status) => void>();
  #status: Status | undefined;

  constructor(options: ProviderOptions) {
    const copy = new DocumentCopy(options, {
      sendPresence: (message) => this.#link.send({ event: 'presence', message }),
      checkReceived: (check, memberId) => this.#comparison.theirs(check, memberId),
      membersLeft: (memberIds) => this.#comparison.left(memberIds),
      changed: () => this.#publish(),
      edited: () => this.#comparison.edited(),
      fetchAgain: (from) => this.#link.fetchAgain(from),
      damaged: () => this.#link.happened({ type: 'damaged' }),
    });
    this.#copy = copy;
    this.doc = copy.doc;
    const { text, meta, people, comments } = partsOf(copy.doc);
    this.text = text;
    this.meta = meta;
    this.people = people;
    this.comments = comments;
    if (options.keys.role === 'edit') {
      this.#signature = new Signature(copy.doc, people, { ...options.user, id: options.personId ?? '' });
      this.#signature.signEdits();
    }
    this.keys = options.keys;
    const requests = new SideRequests();
    this.#link = new RelayLink(copy, requests, options.relayUrl, options.openTransport, options.clock);
    this.milestones = new MilestoneReader(requests, (snapshot) => copy.openSnapshot(snapshot));
    this.#compactor = new Compactor(
      {
        settledCursor: () => copy.compactableCursor,
        get holes() {
          return copy.holes;
        },
        sealSnapshot: (cursor) => copy.sealSnapshot(cursor),
        get compactsFirst() {
          return copy.snapshotFirst.isOn;
        },
        compacting: () => copy.snapshotFirst.making(),
        compacted: () => copy.snapshotFirst.over(),
      },
      requests,
      options.clock,
    );
    this.#comparison = new CopyComparison(
      this.doc,
      this.text,
      options.clock,
      () => {
        const cursor = this.status.saved ? copy.settledCursor : undefined;
        return cursor === undefined ? undefined : { cursor, holes: copy.holes };
      },
      (check) => copy.presence.setCheck(check && signCheck(options.keys, check)),
      (check) => isOfEditor(options.keys, check),
      () => this.#publish(),
    );
    copy.presence.setUser(options.user);
    this.loaded = copy.load().then((cursor) => this.#link.start(cursor));
    // They may have taken another name while this document was closed.
    this.whenLive().then(
      () => this.#signature?.correct(),
      () => {},
    );
  }

  /** Members' names, colours and cursors, this copy's own included. */
  get awareness(): Awareness {
    return this.#copy.presence.awareness;
  }

  get status(): Status {
    this.#status ??= this.#currentStatus();
    return this.#status;
  }

  /** What carries the messages now: `websocket`, or `polling` where WebSocket does not work (G9). */
  get carrier(): string | undefined {
    return this.#link.carrier;
  }

  /** Whether this copy may be edited before the relay has answered: it is new, or was on the relay before. Known once loaded. */
  get isKnownHere(): boolean {
    return this.#copy.isKnownHere;
  }

  /** Where this copy stands in the log; undefined while something received is not in it yet. */
  get cursor(): Cursor | undefined {
    return this.#copy.settledCursor;
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

  /** Resolves when every edit made so far is in the journal on this computer (G2). */
  whenJournaled(): Promise<void> {
    return this.#copy.whenJournaled();
  }

  setUser(user: User): void {
    this.#copy.presence.setUser(user);
    this.#signature?.rename(user);
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
    // Also after a journal that could not be read: it is closed all the same.
    await this.loaded.catch(() => {});
    if (this.#link.connection.state === 'closed') return;
    if (this.#link.isJoined) this.#link.send({ event: 'leave', message: null });
    this.#link.happened({ type: 'asked-close' });
    this.#comparison.close();
    this.#compactor.close();
    await this.#copy.close();
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
    const before = this.#status;
    this.#status = this.#currentStatus();
    if (JSON.stringify(before) === JSON.stringify(this.#status)) return;
    if (this.#status.saved) this.#comparison.schedule();
    for (const listener of [...this.#listeners]) listener(this.#status);
  }

  #currentStatus(): Status {
    const { connection } = this.#link;
    const status: ConnectionStatus = connection.state === 'joining' ? { state: 'connecting' } : connection;
    const { unsaved } = this.#copy.outbox;
    return {
      connection: status,
      unsaved,
      saved: status.state === 'live' && unsaved === 0,
      upload: this.#copy.outbox.progress,
      journalTrouble: this.#copy.journalTrouble,
      diverged: this.#comparison.diverged,
      incomplete: this.#copy.isIncomplete,
      unopened: this.#copy.holes.length,
    };
  }
}
