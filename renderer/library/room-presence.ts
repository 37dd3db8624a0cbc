import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Cursor, RoomId } from '../../protocol/ids.ts';
import { systemClock } from '../../sync/clock.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { type DocumentKeys, deriveKeys } from '../../sync/keys.ts';
import { RoomWatch } from '../../sync/room-watch.ts';
import { socketTransport } from '../../sync/socket-transport.ts';
import { bridge } from '../bridge.ts';
import { relayUrl } from '../embedded-relay.ts';
import { type LibraryDocument, libraryDocuments } from '../library-store.ts';
import { type Person, peoplePresent, samePeople } from '../person.ts';
import { settings } from '../settings-store.ts';

/** So many documents are watched, the last edited ones: each is a connection. */
export const watchedDocuments = 20;
/** Time between the starts of two watches; each derives keys, a few milliseconds in which nothing else happens. */
const startEveryMs = 25;

/** Who is in the documents of the list now, as far as they are watched. */
export const roomPeople = signal<ReadonlyMap<RoomId, readonly Person[]>>(new Map());

/** Sees who is in the last edited documents while the component is shown and the window can be seen. */
export function useRoomPresence(): void {
  useEffect(() => {
    const visible = signal(document.visibilityState === 'visible');
    const look = () => {
      visible.value = document.visibilityState === 'visible';
    };
    const watches = new Watches();
    const hurry = () => watches.hurry();
    document.addEventListener('visibilitychange', look);
    window.addEventListener('online', hurry);
    const stops = [
      bridge.on('network:back', hurry),
      effect(() => {
        const listed = libraryDocuments.value ?? [];
        watches.watch(visible.value ? listed.flatMap(watchable).slice(0, watchedDocuments) : []);
      }),
    ];
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('online', hurry);
      for (const stop of stops) stop();
      watches.watch([]);
    };
  }, []);
}

interface Watchable {
  readonly listed: LibraryDocument;
  readonly url: string;
  readonly token: string;
}

/** A document that its relay has, with where that is. */
function watchable(listed: LibraryDocument): Watchable[] {
  const url = relayUrl(listed.relay);
  return listed.create || url === undefined
    ? []
    : [{ listed, url, token: settings.value?.tokens[url] ?? '' }];
}

/** Keys for watching and the place in the log, kept for as long as the page is there: hiding and showing it costs nothing. */
const known = new Map<string, DocumentKeys>();
const seen = new Map<RoomId, Cursor | undefined>();

class Watches {
  readonly #open = new Map<RoomId, { readonly key: string; readonly watch: RoomWatch }>();
  #wanted: readonly Watchable[] = [];
  #timer: number | undefined;

  /** Watches exactly these from now on. */
  watch(wanted: readonly Watchable[]): void {
    this.#wanted = wanted;
    const keys = new Map(wanted.map((one) => [one.listed.roomId, keyOf(one)]));
    for (const [roomId, { key, watch }] of this.#open) {
      if (keys.get(roomId) === key) continue;
      watch.close();
      seen.set(roomId, watch.cursor);
      this.#open.delete(roomId);
      tell(roomId, []);
    }
    this.#startSoon();
  }

  hurry(): void {
    for (const { watch } of this.#open.values()) watch.hurry();
  }

  #startSoon(): void {
    if (this.#timer !== undefined || this.#next() === undefined) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = undefined;
      const next = this.#next();
      if (next !== undefined) this.#start(next);
      this.#startSoon();
    }, startEveryMs);
  }

  #next(): Watchable | undefined {
    return this.#wanted.find(({ listed }) => !this.#open.has(listed.roomId));
  }

  #start(one: Watchable): void {
    const { roomId, documentId, cursor } = one.listed;
    const watch = new RoomWatch({
      keys: watchKeys(documentId),
      relayUrl: one.url,
      token: one.token,
      cursor: seen.get(roomId) ?? cursor,
      openTransport: socketTransport,
      clock: systemClock,
      onPeople: (people) => {
        const listed = libraryDocuments.peek()?.find((other) => other.roomId === roomId);
        tell(roomId, peoplePresent(people, listed?.clientId));
      },
    });
    this.#open.set(roomId, { key: keyOf(one), watch });
  }
}

function keyOf({ listed, url, token }: Watchable): string {
  return `${listed.documentId} ${url} ${token}`;
}

/** A viewer's keys, whatever the document ID: they see as much, and nobody expects anything of a viewer. */
function watchKeys(documentId: string): DocumentKeys {
  const cached = known.get(documentId);
  if (cached !== undefined) return cached;
  const secretOf = (id: string) => {
    const parsed = parseDocumentId(id);
    if (!parsed.ok) throw new Error('the library keeps document IDs only');
    return parsed.secret;
  };
  const keys = deriveKeys(secretOf(documentId));
  const viewer = keys.role === 'view' ? keys : deriveKeys(secretOf(keys.viewId));
  known.set(documentId, viewer);
  return viewer;
}

function tell(roomId: RoomId, people: readonly Person[]): void {
  const before = roomPeople.peek();
  if (samePeople(before.get(roomId) ?? [], people)) return;
  const next = new Map(before);
  if (people.length === 0) next.delete(roomId);
  else next.set(roomId, people);
  roomPeople.value = next;
}
