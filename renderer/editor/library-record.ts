import { effect } from '@preact/signals';
import { bridge, type OpenTarget } from '../bridge.ts';
import { embeddedRelay } from '../embedded-relay.ts';
import { type LibraryDocument, recordDocument } from '../library-store.ts';
import { namedRelay } from '../relay-choice.ts';
import { strings } from '../strings.ts';
import type { DocumentSession } from './document-session.ts';

/** Time between two notes in the library while someone types; each costs a write to the disk. */
const noteEveryMs = 1000;
/** How long everything must stay saved before that is noted: between two keys it is saved for moments. */
const calmMs = 300;

/**
 * Writes down in the library what is known of an open document, and tells the main process. A document enters the
 * library when it is known to exist: made here, found on the relay, or edited. Ends with the returned function.
 */
export function keepLibraryRecord(session: DocumentSession, target: OpenTarget): () => void {
  let editedMs: number | undefined;
  let timer: number | undefined;
  let calm: number | undefined;
  let noted = '';
  let notedUnsaved = false;
  let listed = target.create;

  const note = () => {
    window.clearTimeout(timer);
    window.clearTimeout(calm);
    timer = undefined;
    const provider = session.provider.peek();
    if (provider === undefined) return;
    const status = session.status.peek();
    if (status.connection.state === 'live' || status.unsaved > 0) listed = true;
    if (!listed) return;
    const { documentId, create } = target;
    const relay = target.relay === 'local' ? 'local' : namedRelay(target.relay.url, embeddedRelay.peek());
    const change: Partial<LibraryDocument> = {
      relay,
      title: session.title.peek(),
      unsaved: status.unsaved,
      ...(editedMs === undefined ? {} : { editedMs }),
      ...(status.connection.state === 'live' ? { create: false } : {}),
      ...(provider.cursor === undefined ? {} : { cursor: provider.cursor }),
      clientId: provider.awareness.clientID,
    };
    const text = JSON.stringify({ ...change, cursor: change.cursor?.seq });
    if (text === noted) return;
    noted = text;
    notedUnsaved = status.unsaved > 0;
    const { roomId, role } = session.keys;
    const added = { roomId, role, documentId, relay, create, title: '', unsaved: 0, editedMs: Date.now() };
    // A note that fails is written again with the next change; the text itself is in the journal.
    recordDocument(added, change).catch(() => {
      noted = '';
      notedUnsaved = false;
    });
  };
  const noteSoon = () => {
    timer ??= window.setTimeout(note, noteEveryMs);
  };

  const stops = [
    effect(() => {
      const provider = session.provider.value;
      if (provider === undefined) return;
      const edited = () => {
        editedMs = Date.now();
        noteSoon();
      };
      provider.text.observe(edited);
      return () => provider.text.unobserve(edited);
    }),
    effect(() => {
      const title = session.title.value || strings.untitled;
      const { unsaved } = session.status.value;
      document.title = `${title} – ${strings.app}`;
      void bridge.call('document:state', { title, unsaved });
    }),
    effect(() => {
      void session.title.value;
      const { unsaved } = session.status.value;
      window.clearTimeout(calm);
      // The first unsaved edit is written at once.
      if (session.provider.value !== undefined && unsaved > 0 && !notedUnsaved) note();
      else if (unsaved === 0 && notedUnsaved) calm = window.setTimeout(note, calmMs);
      else noteSoon();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    note();
  };
}
