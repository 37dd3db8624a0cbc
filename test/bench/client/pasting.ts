import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../app/wait-for.ts';
import { isSending, longPaste, paste } from '../../renderer/long-paste.ts';
import { newDocument, openWebRoom, whenSaved } from '../../renderer/web-people.ts';
import { forgetRecord, recordOf, recordPage } from './page-record.ts';

/** A long paste and the typing while it is sent; times in ms. */
export interface PastingRun {
  /** From the key until the paste was painted. */
  readonly pasteMs: number;
  /** From then until all of it was saved. */
  readonly sentMs: number;
  readonly keyToPaintMs: readonly number[];
  /** Tasks over 50 ms that began once the paste was painted. */
  readonly longTasksMs: readonly number[];
}

/** Far above what fits into the sending of 5 MB. */
const mostTyped = 5000;

/** A person pastes 5 MB in a browser and goes on typing until the relay has all of it. */
export async function measurePasting(): Promise<PastingRun> {
  const room = await openWebRoom();
  try {
    const page = await room.person({ name: 'Mira' });
    await recordPage(page);
    await page.reload();
    await newDocument(page);
    await forgetRecord(page);
    const paintedAtMs = await paste(page, longPaste());
    const pasting = (await recordOf(page)).keyToPaintMs;
    await waitFor('the sending to begin', () => isSending(page));
    for (let typed = 0; typed < mostTyped && (await isSending(page)); typed++) await page.keyboard.type('x');
    await whenSaved(page);
    const sentAtMs = (await recordOf(page)).nowMs;
    // Tasks are reported after they have ended.
    await delay(500);
    const { keyToPaintMs, longTasks } = await recordOf(page);
    const later = longTasks.filter(({ atMs }) => atMs >= paintedAtMs);
    return {
      pasteMs: Math.max(...pasting),
      sentMs: sentAtMs - paintedAtMs,
      keyToPaintMs: keyToPaintMs.slice(pasting.length),
      longTasksMs: later.map(({ ms }) => ms),
    };
  } finally {
    await room.close();
  }
}
