import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { addReply, anchorOf, setResolved, startThread } from '../../sync/comments.ts';
import { openDocument } from '../../sync/node.ts';
import { partsOf } from '../../sync/plain-content.ts';
import { waitFor } from '../app/wait-for.ts';
import { intrude } from './document-intruder.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { select } from './text-selection.ts';
import { newDocument, openById, shownText, typeAtEnd, untilText, whenSaved } from './web-people.ts';

const room = roomOfThisFile();
let anna: Page;
let boris: Page;
let id: string;

beforeAll(async () => {
  anna = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  boris = await room.person({ name: 'Boris', color: 'Teal' });
  id = await newDocument(anna);
  await typeAtEnd(anna, 'Ferries leave at seven in the morning, and come back at nine.');
  await whenSaved(anna);
  await openById(boris, id);
});

const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Comments' });
const thread = (page: Page, words: string): Locator => panel(page).locator('.thread', { hasText: words });
const commented = (page: Page): Promise<string> =>
  page.locator('.commented').evaluateAll((marks) => marks.map((mark) => mark.textContent).join(''));
const button = (where: Locator | Page, name: string): Locator =>
  where.getByRole('button', { name, exact: true });

/** Waits until what is underlined in the text is this. */
function untilCommented(page: Page, words: string): Promise<unknown> {
  return waitFor(`${words} to be underlined`, async () => (await commented(page)) === words, {
    seen: () => commented(page),
  });
}

/** Waits until the comments of a thread are these, in any order. */
async function untilSaid(page: Page, about: string, said: readonly string[]): Promise<void> {
  const shown = async () => (await thread(page, about).locator('.said-text').allTextContents()).sort();
  const expected = [...said].sort().join('|');
  await waitFor(`the thread to have ${expected}`, async () => (await shown()).join('|') === expected, {
    seen: shown,
  });
}

describe('comments', () => {
  it('are made at a selection, seen by others at once, answered, and lead to their text and back', async () => {
    await button(anna, 'Comments').click();
    await panel(anna).getByText('No comments yet').waitFor();
    expect(await faultsEverywhere(anna)).toEqual([]);
    await anna.keyboard.press('Escape');
    await panel(anna).waitFor({ state: 'detached' });

    await select(anna, 'seven in the morning');
    await button(anna, 'Comment').click();
    await anna.keyboard.type('Is it not half past six?');
    await untilCommented(anna, 'seven in the morning');
    expect(await faultsEverywhere(anna)).toEqual([]);
    await anna.keyboard.press('Control+Enter');
    await untilSaid(anna, 'seven', ['Is it not half past six?']);

    await untilCommented(boris, 'seven in the morning');
    await button(boris, 'Comments: 1 open').waitFor();
    await boris.locator('.comment-marker').click();
    await untilSaid(boris, 'seven', ['Is it not half past six?']);
    await thread(boris, 'seven').getByText('Anna Karlsson').waitFor();
    expect(await thread(boris, 'seven').getByRole('button', { name: 'Delete your comment' }).count()).toBe(0);
    expect(await thread(boris, 'seven').locator('time').getAttribute('title')).toMatch(/\d{4} at \d/);
    await button(thread(boris, 'seven'), 'Reply').click();
    await boris.keyboard.type('In summer only.');
    await boris.keyboard.press('Control+Enter');
    await untilSaid(anna, 'seven', ['Is it not half past six?', 'In summer only.']);

    await button(thread(boris, 'seven'), 'seven in the morning').click();
    await boris.keyboard.insertText('about ');
    await untilText(anna, 'Ferries leave at about seven in the morning, and come back at nine.');
    await boris.keyboard.press('Control+z');
    await untilText(anna, 'Ferries leave at seven in the morning, and come back at nine.');
    await untilSaid(anna, 'seven', ['Is it not half past six?', 'In summer only.']);
    await button(panel(boris), 'Close: Comments').click();
    await boris.locator('.commented').click();
    await thread(boris, 'seven').waitFor();
    await boris.keyboard.type('!');
    await waitFor('the text to be written in', async () => (await shownText(anna)).includes('!'), {
      seen: () => shownText(anna),
    });
    await boris.keyboard.press('Control+z');
    await untilText(anna, 'Ferries leave at seven in the morning, and come back at nine.');
  });

  it('[G2] of people who answer at once while the relay is away are both there afterwards, once; a draft stays, also through a reload', async () => {
    await room.killRelay();
    for (const page of [anna, boris]) await page.locator('.status[data-status="offline"]').waitFor();
    for (const [page, words] of [
      [anna, 'offline, Anna'],
      [boris, 'offline, Boris'],
    ] as const) {
      await button(thread(page, 'seven'), 'Reply').click();
      await page.keyboard.type(words);
      await page.keyboard.press('Control+Enter');
      await thread(page, 'seven').getByText(words).waitFor();
    }
    await button(thread(boris, 'seven'), 'Reply').click();
    await boris.keyboard.type('unfinished');
    await boris.keyboard.press('Escape');
    await panel(boris).waitFor({ state: 'detached' });
    await room.restartRelay();
    for (const page of [anna, boris]) await whenSaved(page);
    // A flag with a name does not fit beside the panel everywhere before it is turned.
    await select(anna, 'Ferries', 'middle');
    await boris.locator('.cm-content').focus();
    await boris.keyboard.press('Control+Alt+m');
    const said = ['Is it not half past six?', 'In summer only.', 'offline, Anna', 'offline, Boris'];
    for (const page of [anna, boris]) await untilSaid(page, 'seven', said);
    const field = panel(boris).getByRole('textbox');
    expect(await field.inputValue()).toBe('unfinished');
    await boris.reload();
    await whenSaved(boris);
    await button(boris, 'Comments: 1 open').click();
    await waitFor('the draft after the reload', async () => (await field.inputValue()) === 'unfinished');
    await field.fill('x'.repeat(4003));
    await panel(boris).getByRole('alert').getByText('This is 3 letters too long.').waitFor();
    await field.press('Control+Enter');
    expect(await field.inputValue()).toHaveLength(4003);
    expect(await faultsEverywhere(boris)).toEqual([]);
    await button(panel(boris), 'Cancel').click();
    await anna.reload();
    await whenSaved(anna);
    await button(anna, 'Comments: 1 open').click();
    await untilSaid(anna, 'seven', said);
    const own = thread(anna, 'seven').locator('.said', { hasText: 'offline, Anna' });
    await button(own, 'Delete your comment').click();
    await button(own, 'Delete').click();
    await untilSaid(
      boris,
      'seven',
      said.filter((words) => words !== 'offline, Anna'),
    );
  });

  it('stay with their text through edits before, inside and around it, and say when it is gone', async () => {
    await select(boris, 'Ferries');
    await boris.keyboard.type('The ferries');
    await untilCommented(anna, 'seven in the morning');
    await select(boris, 'in the', 'middle');
    await boris.keyboard.type('(!)');
    await untilCommented(anna, 'seven in (!)the morning');
    await select(boris, 'at seven in (!)the morning,');
    await boris.keyboard.press('Delete');
    await thread(anna, 'seven').getByText('The text was deleted').waitFor();
    await untilCommented(anna, '');
    expect(await faultsEverywhere(anna)).toEqual([]);
    await boris.locator('.cm-content').focus();
    const before = 'Ferries leave at seven in the morning, and come back at nine.';
    // How many steps that was depends on the time between them.
    await waitFor(
      'all of it to be taken back',
      async () => {
        if ((await shownText(boris)) === before) return true;
        await boris.keyboard.press('Control+z');
        return false;
      },
      { seen: () => shownText(boris) },
    );
    await untilText(anna, before);
    await untilCommented(boris, 'seven in the morning');
    await untilCommented(anna, 'seven in the morning');
  });

  it('are resolved, folded, opened again, and gone when their only comment is deleted', async () => {
    await select(anna, 'Ferries', 'middle');
    await button(thread(anna, 'seven'), 'Resolve').click();
    await panel(boris).getByText('Resolved (1)').waitFor();
    await untilCommented(boris, '');
    await button(boris, 'Comments').waitFor();
    expect(await thread(boris, 'seven').isVisible()).toBe(false);
    await panel(boris).getByText('Resolved (1)').click();
    await panel(boris)
      .getByText(/^Resolved by Anna Karlsson · (now|\d+ min ago)$/)
      .waitFor();
    expect(await faultsEverywhere(boris)).toEqual([]);
    await button(thread(boris, 'seven'), 'Reopen').click();
    await untilCommented(anna, 'seven in the morning');
    await select(anna, 'nine');
    await anna.keyboard.press('Control+Alt+m');
    await anna.keyboard.type('A mistake');
    await anna.keyboard.press('Control+Enter');
    await untilSaid(boris, 'A mistake', ['A mistake']);
    await button(thread(anna, 'A mistake'), 'Delete your comment').click();
    await button(thread(anna, 'A mistake'), 'Delete').click();
    await thread(boris, 'A mistake').waitFor({ state: 'detached' });
  });

  it('[G8] of another program are read within bounds, forty threads with long names and words fit, and who may only read has no way to write', async () => {
    const script = await openDocument({ document: id, relayUrl: room.relay.url, name: 'W'.repeat(60) });
    await script.whenLive();
    const { text, comments, doc } = script;
    doc.transact(() => {
      for (let i = 0; i < 40; i++) {
        const from = i % (text.length - 12);
        const said = { by: doc.clientID, atMs: 1e12 + i * 1e9, text: `${i} ${'Word'.repeat(i * 10)} end` };
        const made = startThread(comments, anchorOf(text, from, from + 10, 'q'.repeat(i * 5)), said);
        addReply(comments, made, { ...said, by: 77, text: 'From nobody known' });
        if (i % 4 === 3) setResolved(comments, made, true, 77, 1);
      }
    });
    await script.whenSaved();
    await script.close();
    const hostile = new Y.Doc();
    const parts = partsOf(hostile);
    parts.comments.set('thread/aa', { by: {}, at: 1e300, text: 'no time', anchor: {} });
    parts.comments.set('thread/bb', {
      by: 1e300,
      at: 8.64e15,
      text: 'from far',
      anchor: { from: 1, to: [] },
    });
    parts.comments.set('reply/bb/1', 7);
    parts.people.set('77', { name: null });
    const intruder = await intrude(room.relay.url, id);
    await intruder.appendUpdate(Y.encodeStateAsUpdate(hostile));
    intruder.close();

    await button(anna, 'Comments: 32 open').waitFor();
    await thread(anna, 'from far').getByText('Unknown').waitFor();
    expect(await faultsEverywhere(anna)).toEqual([]);
    const viewId = await sharedViewId(anna);
    const vera = await room.person({ name: 'Vera' });
    await vera.goto(`${room.relay.url}/#${viewId}`);
    await whenSaved(vera);
    await button(vera, 'Comments: 32 open').click();
    await thread(vera, 'In summer only.').waitFor();
    for (const name of ['Reply', 'Resolve', 'Reopen', 'Delete your comment', 'Comment'])
      expect(await button(vera, name).count(), name).toBe(0);
    await select(vera, 'morning');
    await vera.keyboard.press('Control+Alt+m');
    expect(await vera.locator('textarea').count()).toBe(0);
    await vera.context().close();
    await typeAtEnd(anna, ' Done.');
    await whenSaved(anna);
  });
});

async function sharedViewId(page: Page): Promise<string> {
  await button(page, 'Share').click();
  await page.getByRole('radio', { name: 'Can only read' }).check();
  const viewId = await page.getByLabel('Document ID', { exact: true }).inputValue();
  await page.keyboard.press('Escape');
  return viewId;
}
