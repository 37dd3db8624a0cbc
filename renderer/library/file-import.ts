import { formatDocumentId, newDocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import type { Provider } from '../../sync/provider.ts';
import type { OpenedFile, OpenTarget } from '../bridge.ts';
import { openSession } from '../editor/document-session.ts';
import { nowhere, relayUrl } from '../embedded-relay.ts';
import { recordDocument } from '../library-store.ts';
import { initialSettings, settings } from '../settings-store.ts';
import { strings } from '../strings.ts';
import { type FileProblem, readTextFile, type TextFile } from '../text-file.ts';

/** What has become of a file: the document that was made of it, or a sentence that says why there is none. */
export type Imported =
  | { readonly ok: true; readonly target: OpenTarget }
  | { readonly ok: false; readonly sentence: string };

/** Makes a document of a file and puts it into the library. Its text is in the journal when this resolves. */
export async function importFile(opened: OpenedFile): Promise<Imported> {
  const refuse = (problem: FileProblem): Imported => ({
    ok: false,
    sentence: strings.file.problems[problem](opened.name),
  });
  if ('problem' in opened) return refuse(opened.problem);
  const read = readTextFile(opened.name, opened.bytes);
  return read.ok ? { ok: true, target: await makeDocument(read.file) } : refuse(read.problem);
}

async function makeDocument({ title, text, lineEnding }: TextFile): Promise<OpenTarget> {
  const secret = newDocumentSecret();
  const documentId = formatDocumentId(secret);
  const keys = deriveKeys(secret);
  const { relay, name, color, tokens } = settings.value ?? initialSettings;
  const url = relayUrl(relay) ?? nowhere;
  const session = openSession(keys, {
    relayUrl: url,
    create: true,
    user: { name, color },
    token: tokens[url],
  });
  try {
    const { doc, text: shared, meta } = await opened(session);
    doc.transact(() => {
      shared.insert(0, text);
      meta.set('title', title);
      if (lineEnding !== 'lf') meta.set('lineEnding', lineEnding);
    });
  } finally {
    await session.close();
  }
  const { roomId } = keys;
  const editedMs = Date.now();
  const listed = {
    roomId,
    documentId,
    role: 'edit',
    relay,
    create: true,
    title,
    unsaved: 1,
    editedMs,
  } as const;
  await recordDocument(listed, {});
  return { documentId, relay, create: true };
}

function opened(session: ReturnType<typeof openSession>): Promise<Provider> {
  return new Promise((resolve, reject) => {
    session.provider.subscribe((provider) => provider !== undefined && resolve(provider));
    session.failed.subscribe((failed) => failed && reject(new Error('the new document could not be opened')));
  });
}
