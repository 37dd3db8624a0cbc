import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { readDurableLog } from '../processes/durable-log.ts';
import { isSending, longPaste, paste } from './long-paste.ts';
import { newDocument, openById, openWebRoom, type WebRoom, whenSaved } from './web-people.ts';

const pasted = longPaste();

/** A bound for the typing loop, far above what fits into the sending of 5 MB. */
const mostTyped = 5000;

/** What a page recorded of itself: every status it showed, and when. */
interface Recording {
  readonly statuses: { readonly text: string; readonly saved: boolean; readonly atMs: number }[];
}

declare global {
  interface Window {
    recording: Recording;
    /** Percents that a page showed while it opened a document. */
    progress: number[];
  }
}

/** Records statuses from now on. */
async function record(page: Page): Promise<void> {
  await page.evaluate(() => {
    const recording: Recording = { statuses: [] };
    window.recording = recording;
    const status = document.querySelector('.status');
    const note = () =>
      recording.statuses.push({
        text: status?.textContent ?? '',
        saved: status?.getAttribute('data-saved') === 'true',
        atMs: performance.now(),
      });
    if (status === null) throw new Error('no status is shown');
    new MutationObserver(note).observe(status, {
      attributes: true,
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
}

/** Makes a document, pastes, and types until all of the paste is sent. */
async function pasteAndType(writer: Page): Promise<{
  readonly documentId: string;
  readonly percents: readonly number[];
  readonly typed: number;
}> {
  const documentId = await newDocument(writer);
  await record(writer);
  await paste(writer, pasted);
  await waitFor('the upload to begin', () => isSending(writer));
  let typed = 0;
  while (typed < mostTyped && (await isSending(writer))) {
    await writer.keyboard.type('x');
    typed += 1;
  }
  await whenSaved(writer);
  const { statuses } = await writer.evaluate(() => window.recording);
  const percents = statuses.flatMap(({ text }) => /(\d+)\s*%/.exec(text)?.[1] ?? []).map(Number);
  return { documentId, percents, typed };
}

for (const transport of ['websocket', 'polling'] as const) {
  describe(`a paste of 5 MB over ${transport}`, () => {
    let room: WebRoom;
    beforeAll(async () => {
      room = await openWebRoom(transport === 'polling' ? ['--polling-only'] : []);
    });
    afterAll(() => room.close());

    it('[G1] [G4] [G9] goes in chunks with progress that rises and is complete only when saved; typing goes on meanwhile', async () => {
      const writer = await room.person({ name: 'Mira' });
      const { documentId, percents, typed } = await pasteAndType(writer);
      expect(typed, 'letters that came on the screen while it was sent').toBeGreaterThan(0);
      expect(new Set(percents).size, `progress was ${percents.join(' ')}`).toBeGreaterThanOrEqual(5);
      expect(percents, 'progress fell').toEqual([...percents].sort((one, other) => one - other));
      expect(Math.max(...percents)).toBeLessThan(100);

      const log = await readDurableLog(room.data, documentId);
      expect(log.text.length).toBe(pasted.length + typed);
      const reader = await room.person({ name: 'Jonas' });
      await reader.evaluate(() => {
        window.progress = [];
        const note = () => {
          const percent = /(\d+)\s*%/.exec(document.querySelector('.status')?.textContent ?? '')?.[1];
          if (percent !== undefined) window.progress.push(Number(percent));
        };
        new MutationObserver(note).observe(document.body, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      });
      await openById(reader, documentId);
      const caughtUp = await reader.evaluate(() => window.progress);
      expect(new Set(caughtUp).size, `catching up was ${caughtUp.join(' ')}`).toBeGreaterThanOrEqual(5);
      expect(caughtUp, 'catching up fell').toEqual([...caughtUp].sort((one, other) => one - other));
      const words = await waitFor('the reader to show the end', () =>
        reader.locator('.cm-content').textContent(),
      );
      expect(words).toContain('x');
      const socketsOf = (page: Page) =>
        page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
      const polls = (await socketsOf(writer)).filter((name) => name.includes('transport=polling'));
      if (transport === 'polling') expect(polls.length).toBeGreaterThan(10);
      else expect(polls).toEqual([]);
    });
  });
}
