import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { openPreview, wholeText } from './preview-page.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { openById, openWebRoom, shownText, typeAtEnd, type WebRoom, whenSaved } from './web-people.ts';

let room: WebRoom;
let anna: Page;
let mira: Page;
let source: Provider;

beforeAll(async () => {
  room = await openWebRoom();
  source = await openDocument({ document: 'new', relayUrl: room.relay.url, name: 'Source' });
  const lines = Array.from({ length: 300 }, (_, i) => `Line ${i} ${'of a long text '.repeat(1 + (i % 12))}`);
  source.text.insert(0, lines.join('\n'));
  await source.whenSaved();
  const id = source.keys.editId ?? '';
  anna = await room.person({ name: 'Anna Karlsson', color: 'Purple', width: 900, height: 600 });
  mira = await room.person({ name: 'Mira', color: 'Orange', width: 1280, height: 800 });
  await openById(anna, id);
  await openById(mira, id);
});
afterAll(async () => {
  await source?.close();
  await room?.close();
});

/** The first line of which more than a few pixels are seen. */
function topLine(page: Page): Promise<string> {
  return page.locator('.cm-scroller').evaluate((scroller) => {
    const edge = scroller.getBoundingClientRect().top + 10;
    const lines = [...scroller.querySelectorAll('.cm-line')];
    const first = lines.find((line) => line.getBoundingClientRect().bottom > edge);
    return /^Line \d+/.exec(first?.textContent?.replace(/\u2060[^\u2060]*\u2060/g, '') ?? '')?.[0] ?? '';
  });
}

/** The first line, once it is the same from one frame to the next. */
async function restingTopLine(page: Page): Promise<string> {
  return waitFor('the text to rest', async () => {
    const before = await topLine(page);
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    return (await topLine(page)) === before && before;
  });
}

async function scrollBy(page: Page, px: number): Promise<void> {
  const before = await page.locator('.cm-scroller').evaluate((scroller) => scroller.scrollTop);
  await page.mouse.move(400, 300);
  await page.mouse.wheel(0, px);
  await waitFor('the text to scroll', () =>
    page.locator('.cm-scroller').evaluate((scroller, was) => scroller.scrollTop !== was, before),
  );
}

function bar(page: Page) {
  return page.locator('.follow-bar', { hasText: 'Following Mira' });
}

async function follow(page: Page): Promise<void> {
  await page.locator('.people').getByRole('button', { name: 'Follow Mira', exact: true }).click();
  await bar(page).waitFor();
}

function seesTopOf(follower: Page, followed: Page): Promise<unknown> {
  return waitFor(
    'the same text at the top',
    async () => {
      const top = await topLine(followed);
      return top !== '' && top === (await topLine(follower));
    },
    {
      seen: async () => [await topLine(follower), await topLine(followed)],
    },
  );
}

/** Whether Mira's caret is within what the page shows of the text. */
function seesCaret(page: Page): Promise<unknown> {
  return waitFor('the caret of Mira in view', () =>
    page.evaluate(() => {
      const area = document.querySelector('.cm-scroller')?.getBoundingClientRect();
      const flags = [...document.querySelectorAll('.remote-flag')];
      const caret = flags.find((flag) => flag.textContent === 'Mira')?.parentElement?.getBoundingClientRect();
      return (
        area !== undefined && caret !== undefined && caret.top >= area.top && caret.bottom <= area.bottom
      );
    }),
  );
}

describe('following someone', () => {
  it('the view goes with their scrolling and their cursor, and a bar in their colour says so', async () => {
    await follow(anna);
    expect(await anna.locator('.follow-bar').getAttribute('class')).toContain('person-0');
    await scrollBy(mira, 2500);
    await seesTopOf(anna, mira);
    await scrollBy(mira, -900);
    await seesTopOf(anna, mira);
    expect(await topLine(anna)).not.toBe('Line 0');
    await typeAtEnd(mira, ' The end.');
    await seesCaret(anna);
    await mira.keyboard.press('Control+Home');
    await seesTopOf(anna, mira);
    expect(await faultsEverywhere(anna)).toEqual([]);
    await anna.getByRole('button', { name: 'Stop', exact: true }).click();
    await bar(anna).waitFor({ state: 'detached' });
  });

  it('Escape, scrolling, pressing and writing in the text stop it, and no letter is lost', async () => {
    await anna.locator('.cm-content').focus();
    await anna.keyboard.press('Control+Home');
    const ways: readonly (() => Promise<unknown>)[] = [
      () => anna.keyboard.press('Escape'),
      () => scrollBy(anna, 300),
      () => anna.mouse.click(450, 300),
      async () => {
        await anna.locator('.cm-content').focus();
        await anna.keyboard.press('Shift');
        await bar(anna).waitFor();
        await anna.keyboard.press('PageDown');
      },
      async () => {
        await anna.locator('.cm-content').focus();
        await anna.keyboard.type('typed');
      },
    ];
    for (const way of ways) {
      await follow(anna);
      await way();
      await bar(anna).waitFor({ state: 'detached' });
    }
    await expect.poll(() => shownText(anna)).toContain('typed');
    const still = await restingTopLine(anna);
    await scrollBy(mira, 1500);
    const before = (await wholeText(anna)).length;
    await mira.keyboard.type('m');
    await expect
      .poll(async () => (await wholeText(anna)).length, { message: 'what Mira wrote' })
      .toBe(before + 1);
    expect(await restingTopLine(anna)).toBe(still);
  });

  it('going to a heading or to a match stops it, too, and so does touching the preview', async () => {
    source.text.insert(source.text.length, '\n\n## The end\n\nLast');
    await anna.keyboard.press('Control+Shift+O');
    const heading = anna
      .getByRole('navigation', { name: 'Outline' })
      .getByRole('button', { name: 'The end' });
    await heading.waitFor();
    await follow(anna);
    await heading.click();
    await bar(anna).waitFor({ state: 'detached' });
    await anna.keyboard.press('Control+Shift+O');

    await anna.keyboard.press('Control+f');
    await anna.getByLabel('Find', { exact: true }).fill('Line 120');
    await follow(anna);
    await anna.getByRole('button', { name: 'Next match' }).click();
    await bar(anna).waitFor({ state: 'detached' });
    await anna.getByLabel('Find', { exact: true }).press('Escape');

    await openPreview(anna);
    const preview = anna.frameLocator('.preview-frame');
    await preview.getByRole('heading', { name: 'The end' }).waitFor({ state: 'attached' });
    const box = await anna.locator('.preview-frame').boundingBox();
    await anna.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 200);
    for (const touch of [
      () => anna.mouse.wheel(0, 200),
      () => anna.mouse.click((box?.x ?? 0) + 100, (box?.y ?? 0) + 200),
    ]) {
      await follow(anna);
      await anna.mouse.move((box?.x ?? 0) + 100, (box?.y ?? 0) + 200);
      await touch();
      await bar(anna).waitFor({ state: 'detached' });
    }
    // A key pressed in the frame would be waited for in a frame that is gone.
    await anna.locator('.cm-content').focus();
    await anna.keyboard.press('Control+Shift+E');
    await anna.locator('.preview-frame').waitFor({ state: 'detached' });
  });

  it('with the keyboard: from the header and from the list, and pressed again it stops', async () => {
    const face = anna.locator('.people').getByRole('button', { name: 'Follow Mira', exact: true });
    await face.focus();
    await anna.keyboard.press('Enter');
    await bar(anna).waitFor();
    expect(await face.getAttribute('aria-pressed')).toBe('true');
    await anna.getByRole('status').filter({ hasText: 'Following Mira' }).waitFor();
    await anna.keyboard.press('Enter');
    await bar(anna).waitFor({ state: 'detached' });
    await anna.keyboard.press('Tab');
    await anna.keyboard.press('Tab');
    await anna.keyboard.press('Enter');
    const list = anna.getByRole('dialog', { name: 'People here' });
    await list.waitFor();
    await list.getByRole('button', { name: 'Follow Mira' }).focus();
    await anna.keyboard.press('Enter');
    await list.waitFor({ state: 'detached' });
    await bar(anna).waitFor();
    await anna.keyboard.press('Escape');
    await bar(anna).waitFor({ state: 'detached' });
  });

  it('whoever can only read can follow, too', async () => {
    const vera = await room.person({ name: 'Vera' });
    await vera.goto(`${room.relay.url}/#${source.keys.viewId}`);
    await whenSaved(vera);
    await follow(vera);
    await scrollBy(mira, 2000);
    await seesTopOf(vera, mira);
    await vera.close();
  });

  it('without a connection nobody is followed, and that is not told as their leaving', async () => {
    await follow(anna);
    await room.killRelay();
    await anna
      .getByRole('status')
      .getByText('The connection is gone. You are not following Mira now.')
      .waitFor();
    await room.restartRelay();
    await whenSaved(anna);
    await whenSaved(mira);
  });

  it('a new name of theirs is in the bar at once, and when they leave it is said and the view stays', async () => {
    await follow(anna);
    const settings = await mira.context().newPage();
    await settings.goto(room.relay.url);
    await settings.getByRole('button', { name: /^You are Mira/ }).click();
    await settings.getByLabel('Your name').fill('Mira Roos');
    await anna.locator('.follow-bar', { hasText: 'Following Mira Roos' }).waitFor();
    await settings.close();
    await mira.getByRole('button', { name: 'All documents' }).click();
    await anna.getByRole('status').getByText('Mira Roos is not here any more.').waitFor();
    expect(await faultsEverywhere(anna)).toEqual([]);
  });
});
