import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { openInBrowser } from '../../sync/browser.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import { personIdIn } from '../../sync/people.ts';
import type { User } from '../../sync/presence-state.ts';
import type { Provider } from '../../sync/provider.ts';
import type { Status } from '../../sync/status.ts';
import { largeSealing } from '../large-sealing.ts';
import { type Person, peoplePresent, samePeople } from '../person.ts';
import { initialSettings, settings } from '../settings-store.ts';

/** A document that a window shows, as values the interface follows. */
export interface DocumentSession {
  readonly keys: DocumentKeys;
  /** Who this person is in this document, the same at each opening. */
  readonly personId: string;
  /** Undefined until the copy on this computer has been read. */
  readonly provider: ReadonlySignal<Provider | undefined>;
  readonly status: ReadonlySignal<Status>;
  /** As shared; empty where nobody has given one. */
  readonly title: ReadonlySignal<string>;
  readonly people: ReadonlySignal<readonly Person[]>;
  /** Whether the text may be shown for editing: this copy is known to be the document's, not the empty start of an unknown one. */
  readonly isKnown: ReadonlySignal<boolean>;
  /** The copy on this computer could not be opened at all. */
  readonly failed: ReadonlySignal<boolean>;
  setTitle(title: string): void;
  /** Resolves when every edit is in the journal. */
  close(): Promise<void>;
}

/** What opening needs beside the keys. */
export interface SessionOptions {
  readonly relayUrl: string;
  readonly create: boolean;
  readonly user: User;
  readonly token: string | undefined;
}

const opening: Status = {
  connection: { state: 'loading' },
  unsaved: 0,
  saved: false,
  upload: undefined,
  journalTrouble: undefined,
  diverged: false,
  incomplete: false,
  unopened: 0,
};

/** Openings and closings of this window, one after the other: a document closed and opened again is never open twice. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
  const result = turn.then(task);
  turn = result.catch(() => undefined);
  return result;
}

/** Opens a document, after whatever this window is still closing. */
export function openSession(keys: DocumentKeys, options: SessionOptions): DocumentSession {
  const provider = signal<Provider | undefined>(undefined);
  const status = signal<Status>(opening);
  const title = signal('');
  const people = signal<readonly Person[]>([]);
  const isKnown = signal(false);
  const failed = signal(false);
  const { personKey } = settings.peek() ?? initialSettings;
  const personId = personIdIn(keys.roomId, personKey);
  const worker = largeSealing(keys);
  let closed = false;

  const follow = (opened: Provider) => {
    const readTitle = () => {
      const shared = opened.meta.get('title');
      title.value = typeof shared === 'string' ? shared : '';
    };
    const readPeople = () => {
      const present = peoplePresent(opened.awareness.getStates(), opened.awareness.clientID);
      // Cursors move many times a second; the header shows none of that.
      if (!samePeople(present, people.peek())) people.value = present;
    };
    const readStatus = (next: Status) =>
      batch(() => {
        status.value = next;
        if (next.connection.state === 'live') isKnown.value = true;
      });
    opened.meta.observe(readTitle);
    opened.awareness.on('change', readPeople);
    opened.onStatus(readStatus);
    batch(() => {
      isKnown.value = opened.isKnownHere;
      readTitle();
      readPeople();
      readStatus(opened.status);
      provider.value = opened;
    });
  };

  const opened = inTurn(async () => {
    if (closed) return undefined;
    const { relayUrl, create, user, token } = options;
    const found = await openInBrowser({
      keys,
      relayUrl,
      create,
      user,
      personId,
      worker,
      ...(token === undefined ? {} : { token }),
    });
    if (!closed) follow(found);
    return found;
  });
  opened.catch(() => {
    failed.value = true;
  });

  return {
    keys,
    personId,
    provider,
    status,
    title,
    people,
    isKnown,
    failed,
    setTitle: (next) => {
      if (next !== title.value) provider.value?.meta.set('title', next);
    },
    close: () => {
      closed = true;
      provider.value = undefined;
      return inTurn(async () => {
        await (await opened.catch(() => undefined))?.close();
        worker.close();
      });
    },
  };
}
