import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import * as Y from 'yjs';
import type { ElectronApp } from '../../app/electron-app.ts';
import { waitFor } from '../../app/wait-for.ts';
import { editedProse } from '../client/long-documents.ts';
import { forgetRecord, recordOf } from '../client/page-record.ts';
import { openInApp, relayWith } from './bench-apps.ts';
import { lettersOf, mark, watchMarkedLine } from './marked-line.ts';
import { startTypists } from './typists-process.ts';

/** How fast and how long a measured person types. */
export interface Keys {
  readonly perSecond: number;
  readonly count: number;
}

/** One person's keys at one size, with so many others typing. */
export interface TypingCase {
  readonly textBytes: number;
  /** How many others type; undefined where nobody else has the document open. */
  readonly others: number | undefined;
  readonly localMs: readonly number[];
  /** From the key press until the letter is painted in the window of someone else, where there is one. */
  readonly remoteMs: readonly number[];
  readonly longTasksMs: readonly number[];
}

/**
 * Types in one app at the top of a text: first alone on this machine, as plain CodeMirror is measured, then while another
 * app shows the same place and others type below.
 */
export async function measureTyping(
  [writer, reader]: readonly ElectronApp[],
  textBytes: number,
  crowds: readonly number[],
  keys: Keys,
): Promise<readonly TypingCase[]> {
  if (writer === undefined || reader === undefined) throw new Error('two apps are needed');
  const bench = await relayWith([markedProse(textBytes)]);
  try {
    const page = await openInApp(writer, bench);
    const cases: TypingCase[] = [];
    await goToMark(page);
    await type(page, { ...keys, count: 8 });
    // Until word count, highlighting and the journal's upkeep after opening have come to rest.
    await delay(3000);
    await forgetRecord(page);
    await type(page, keys);
    await delay(300);
    cases.push({ textBytes, others: undefined, remoteMs: [], ...(await keysOf(page)) });
    const other = await openInApp(reader, bench);
    const typists = await startTypists(bench, Math.max(1, ...crowds));
    for (const others of crowds) {
      typists.type(others);
      await delay(1000);
      await watchMarkedLine(page);
      await watchMarkedLine(other);
      await forgetRecord(page);
      await type(page, keys);
      await waitFor(
        'all letters to be painted by the other window',
        async () => (await lettersOf(other)).paintedMs.length >= keys.count,
        { deadlineMs: 60_000, seen: async () => (await lettersOf(other)).paintedMs.length },
      );
      typists.type(0);
      await delay(500);
      const { pressedMs } = await lettersOf(page);
      const { paintedMs } = await lettersOf(other);
      const remoteMs = pressedMs.map((pressed, i) => (paintedMs[i] ?? Number.NaN) - pressed);
      cases.push({ textBytes, others, remoteMs, ...(await keysOf(page)) });
    }
    await typists.close();
    await Promise.all([page.close(), other.close()]);
    return cases;
  } finally {
    await bench.close();
  }
}

async function keysOf(page: Page): Promise<Pick<TypingCase, 'localMs' | 'longTasksMs'>> {
  const { keyToPaintMs, longTasks } = await recordOf(page);
  return { localMs: keyToPaintMs, longTasksMs: longTasks.map(({ ms }) => ms) };
}

/** Puts the caret behind the mark at the top of the text. */
export async function goToMark(page: Page): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
}

/** Presses keys at a steady rate, whatever each takes. */
export async function type(page: Page, { perSecond, count }: Keys): Promise<void> {
  const startMs = performance.now();
  const pressed: Promise<void>[] = [];
  for (let key = 0; key < count; key++) {
    await delay(Math.max(0, startMs + (1000 * key) / perSecond - performance.now()));
    pressed.push(page.keyboard.press('KeyE'));
  }
  await Promise.all(pressed);
}

/** Prose that people have worked on, as one update, with the mark in its first line. */
export function markedProse(textBytes: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 2;
  doc.transact(() => {
    for (const update of editedProse(textBytes, editsIn(textBytes)).updates) Y.applyUpdate(doc, update);
    doc.getText('content').insert(0, `${mark}\n`);
  });
  return Y.encodeStateAsUpdate(doc);
}

/** One edit for fifty letters, as in a text that people have worked on, and at most twenty thousand. */
function editsIn(textBytes: number): number {
  return Math.min(20_000, Math.floor(textBytes / 50));
}
