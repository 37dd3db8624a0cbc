import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { formatDocumentId, newDocumentSecret } from '../../../sync/document-id.ts';
import { waitFor } from '../../app/wait-for.ts';
import { openWebRoom, type WebRoom, whenSaved } from '../../renderer/web-people.ts';
import { startFlood } from './flood-process.ts';
import { editedProse } from './long-documents.ts';
import { forgetRecord, measureBusy, recordOf, recordPage, textLength } from './page-record.ts';
import { storeLog } from './stored-log.ts';

/** What typing is measured in. */
export interface TypingOptions {
  readonly textLength: number;
  readonly earlierEdits: number;
  readonly entriesPerSecond: number;
  readonly seconds: number;
  readonly writers: number;
  readonly keysPerSecond: number;
}

/** Someone's typing for some seconds, as the page noted it. */
export interface TypingResult {
  readonly keyToPaintMs: readonly number[];
  readonly longTasksMs: readonly number[];
  /** Share of the time in which the main thread worked. */
  readonly busy: number;
}

/** Typing alone, then while others write. */
export interface TypingRun {
  readonly alone: TypingResult;
  readonly flooded: TypingResult;
  readonly updateBytes: number;
  readonly appliedPerSecond: number;
  /** From the relay's last acknowledgement until all of it was in the editor and saved. */
  readonly behindMs: number;
}

/** A person types at the top of a long text in a browser, first alone, then while others add entries to the same log. */
export async function measureTyping(options: TypingOptions): Promise<TypingRun> {
  const room = await openWebRoom();
  try {
    const { page, documentId } = await openProse(room, options);
    await type(page, options.keysPerSecond, 2);
    await settle(page);
    const alone = await typeMeasured(page, options.keysPerSecond, options.seconds);
    await settle(page);
    const before = await textLength(page);
    const flood = await startFlood({ ...options, relayUrl: room.relay.url, documentId });
    flood.start();
    const typing = typeMeasured(page, options.keysPerSecond, options.seconds);
    const { entries, seconds, added, updateBytes } = await flood.done;
    const acknowledgedMs = performance.now();
    const typedLetters = Math.round(options.keysPerSecond * options.seconds);
    const flooded = await typing;
    await waitFor(
      'everything to be in the editor',
      async () => (await textLength(page)) === before + added + typedLetters,
      {
        deadlineMs: 120_000,
        seen: async () => `${await textLength(page)} of ${before + added + typedLetters}`,
      },
    );
    await whenSaved(page);
    const behindMs = performance.now() - acknowledgedMs;
    return { alone, flooded, updateBytes, appliedPerSecond: entries / seconds, behindMs };
  } finally {
    await room.close();
  }
}

async function openProse(room: WebRoom, options: TypingOptions): Promise<{ page: Page; documentId: string }> {
  const documentId = formatDocumentId(newDocumentSecret());
  await room.killRelay();
  await storeLog(room.data, documentId, editedProse(options.textLength, options.earlierEdits).updates);
  await room.restartRelay();
  const page = await room.person({ name: 'Mira' });
  await recordPage(page);
  await page.goto('about:blank');
  await page.goto(`${room.relay.url}/#${documentId}`);
  await whenSaved(page);
  await page.locator('.cm-line').nth(3).click();
  return { page, documentId };
}

/** Until word count, highlighting and the journal's upkeep after opening have come to rest. */
async function settle(page: Page): Promise<void> {
  await whenSaved(page);
  await delay(8000);
}

async function typeMeasured(page: Page, keysPerSecond: number, seconds: number): Promise<TypingResult> {
  await forgetRecord(page);
  const busy = await measureBusy(page);
  const startMs = performance.now();
  await type(page, keysPerSecond, seconds);
  const lastedMs = performance.now() - startMs;
  const busyMs = await busy();
  const { keyToPaintMs, longTasks } = await recordOf(page);
  return { keyToPaintMs, longTasksMs: longTasks.map(({ ms }) => ms), busy: busyMs / lastedMs };
}

/** Presses keys at a steady rate, whatever each takes. */
async function type(page: Page, keysPerSecond: number, seconds: number): Promise<void> {
  const startMs = performance.now();
  const pressed: Promise<void>[] = [];
  for (let key = 0; key < Math.round(keysPerSecond * seconds); key++) {
    await delay(Math.max(0, startMs + (1000 * key) / keysPerSecond - performance.now()));
    pressed.push(page.keyboard.press(key % 7 === 6 ? 'Space' : 'KeyE'));
  }
  await Promise.all(pressed);
}
