import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { formatDocumentId, newDocumentSecret } from '../../../sync/document-id.ts';
import { waitFor } from '../../app/wait-for.ts';
import { openWebRoom, type WebRoom } from '../../renderer/web-people.ts';
import type { LongDocument } from './long-documents.ts';
import { recordOf, recordPage, textLength } from './page-record.ts';
import { type StoredLog, storeLog } from './stored-log.ts';
import { type PageServer, servePage } from './web-page-server.ts';

/** From navigation until the text is on screen, and the tasks over 50 ms on the way. */
export interface PageOpening {
  readonly textMs: number;
  readonly longestTaskMs: number;
  /** Sum of all tasks over 50 ms. */
  readonly longTasksMs: number;
}

/** A document opened in every way; Node's times are those of `openDocument` alone. */
export interface OpeningRun {
  readonly log: StoredLog;
  readonly relay: PageOpening;
  /** Once the relay has a snapshot instead of the log. */
  readonly snapshot: PageOpening;
  /** Right after it was received. */
  readonly journal: PageOpening;
  /** After the journal has had a while to tidy up. */
  readonly tidyJournal: PageOpening;
  readonly node: NodeOpening;
}

/** Ms until the text was there. */
export interface NodeOpening {
  readonly relayMs: number;
  readonly journalMs: number;
}

/** Opens a document in a fresh browser profile from the relay, then from the journal while the relay is down. */
export async function measureOpening({ updates, text }: LongDocument): Promise<OpeningRun> {
  const room = await openWebRoom();
  const journals = await mkdtemp(join(tmpdir(), 'inkroom-bench-'));
  let server: PageServer | undefined;
  try {
    const documentId = formatDocumentId(newDocumentSecret());
    await room.killRelay();
    const log = await storeLog(room.data, documentId, updates);
    await room.restartRelay();
    const { port } = room.relay;
    const page = await room.person({ name: 'Mira' });
    await recordPage(page);
    const relay = await openPage(room, page, documentId, text, true);
    await untilSnapshot(room);
    const other = await room.person({ name: 'Jonas' });
    await recordPage(other);
    const snapshot = await openPage(room, other, documentId, text, true);
    await other.close();
    const node = await nodeOpening(room.relay.url, documentId, journals);
    await room.killRelay();
    server = await servePage(port);
    const nodeAgain = await nodeOpening(room.relay.url, documentId, journals);
    const journal = await openPage(room, page, documentId, text, false);
    // The journal tidies up five seconds after an opening.
    await delay(9000);
    const tidyJournal = await openPage(room, page, documentId, text, false);
    return {
      log,
      relay,
      snapshot,
      journal,
      tidyJournal,
      node: { relayMs: node.ms, journalMs: nodeAgain.ms },
    };
  } finally {
    await server?.close();
    await room.close();
    await rm(journals, { recursive: true, force: true });
  }
}

/** The relay asks for one by itself where a log is long, and the page makes it. */
function untilSnapshot(room: WebRoom): Promise<unknown> {
  return waitFor(
    'the relay to have a snapshot',
    async () => (await readdir(join(room.data, 'snapshots')).catch(() => [])).length > 0,
    { deadlineMs: 120_000 },
  );
}

async function openPage(
  room: WebRoom,
  page: Page,
  documentId: string,
  text: string,
  live: boolean,
): Promise<PageOpening> {
  await page.goto('about:blank');
  await page.goto(`${room.relay.url}/#${documentId}`);
  await waitFor(
    'the whole text',
    async () => {
      const { textAtMs, savedAtMs } = await recordOf(page);
      const isHere = textAtMs !== undefined && (savedAtMs !== undefined || !live);
      return isHere && (await textLength(page)) === text.length;
    },
    { deadlineMs: 300_000, seen: () => textLength(page) },
  );
  // Tasks are reported after they have ended.
  await delay(500);
  const { textAtMs = 0, longTasks } = await recordOf(page);
  const tasks = longTasks.filter(({ atMs }) => atMs < textAtMs).map(({ ms }) => ms);
  return {
    textMs: textAtMs,
    longestTaskMs: Math.max(0, ...tasks),
    longTasksMs: tasks.reduce((sum, ms) => sum + ms, 0),
  };
}

const program = fileURLToPath(new URL('./node-opening.ts', import.meta.url));

async function nodeOpening(
  relayUrl: string,
  documentId: string,
  journals: string,
): Promise<{ readonly ms: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    program,
    relayUrl,
    documentId,
    journals,
  ]);
  return JSON.parse(stdout) as { readonly ms: number };
}
