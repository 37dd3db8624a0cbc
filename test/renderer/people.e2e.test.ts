import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relativePlace } from '../../renderer/editor/relative-places.ts';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { setHidden } from './hidden-window.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openById, openWebRoom, typeAtEnd, type WebRoom, whenSaved } from './web-people.ts';

let room: WebRoom;
let anna: Page;
let id: string;
const others: Provider[] = [];

beforeAll(async () => {
  room = await openWebRoom();
  anna = await room.person({ name: 'Anna Karlsson', color: 'Orange' });
  id = await newDocument(anna);
  await typeAtEnd(anna, '# Harbour\n\nThe ferry is late.\n\n');
  await whenSaved(anna);
});
afterAll(async () => {
  await Promise.all(others.map((other) => other.close()));
  await room?.close();
});

async function joinBy(name: string, color: number): Promise<Provider> {
  const other = await openDocument({ document: id, relayUrl: room.relay.url, name });
  others.push(other);
  other.setUser({ name, color });
  await other.whenLive();
  return other;
}

async function allLeave(): Promise<void> {
  await Promise.all(others.splice(0).map((other) => other.close()));
  await anna.getByRole('button', { name: /^1 person here/ }).waitFor();
}

function looksOf(page: Page): Promise<Record<string, string>> {
  return page
    .locator('.people .face .avatar')
    .evaluateAll((avatars) =>
      Object.fromEntries(
        avatars.map((avatar) => [
          avatar.getAttribute('title')?.replace(/ \(.*/, ''),
          /person-\d line-\d/.exec(avatar.className)?.[0] ?? '',
        ]),
      ),
    );
}

describe('people in a document', () => {
  it('of one colour are told apart, and every viewer sees the same of them', async () => {
    const boris = await room.person({ name: 'Boris', color: 'Orange' });
    await openById(boris, id);
    await typeAtEnd(boris, 'b');
    const wanted = { 'Anna Karlsson': 'person-0 line-0', Boris: 'person-0 line-1' };
    for (const page of [anna, boris]) {
      await waitFor(
        'two looks',
        async () => JSON.stringify(await looksOf(page), Object.keys(wanted)) === JSON.stringify(wanted),
        { seen: () => looksOf(page) },
      );
    }
    await anna.locator('.remote-caret.person-0.line-1').waitFor({ state: 'attached' });
    expect(await faultsEverywhere(anna)).toEqual([]);

    await setHidden(boris, true);
    await anna.getByRole('button', { name: 'Follow Boris (idle)' }).waitFor();
    await anna.locator('.remote-caret.idle').waitFor({ state: 'attached' });
    await anna.getByRole('button', { name: '2 people here: Anna Karlsson (you), Boris (idle)' }).click();
    await anna.locator('.person-row', { hasText: 'Boris' }).getByText('idle').waitFor();
    expect(await faultsEverywhere(anna)).toEqual([]);
    await anna.keyboard.press('Escape');
    await setHidden(boris, false);
    await anna.getByRole('button', { name: 'Follow Boris', exact: true }).waitFor();
    await anna.locator('.remote-caret.idle').waitFor({ state: 'detached' });
    await boris.context().close();
    await anna.getByRole('button', { name: /^1 person here/ }).waitFor();
  });

  it('twenty collapse to a number with a list, and their names never cover each other while all write', async () => {
    for (let i = 0; i < 19; i++) await joinBy(`Person ${i}`, i % 8);
    await anna.getByRole('button', { name: /^20 people here: Anna Karlsson \(you\), Person 0,/ }).waitFor();
    await expect.poll(() => anna.locator('.people .face').count()).toBe(4);
    await anna.locator('.people .avatar-rest', { hasText: '+16' }).waitFor();
    await anna.locator('.people-open').click();
    await expect.poll(() => anna.locator('.person-row').count()).toBe(20);
    const spaceBelow = () =>
      anna.evaluate(() => {
        const [list, footer] = ['.people-place', '.editor-footer'].map((one) => document.querySelector(one));
        return (footer?.getBoundingClientRect().top ?? 0) - (list?.getBoundingClientRect().bottom ?? 0);
      });
    for (const width of [1280, 600]) {
      await anna.setViewportSize({ width, height: 800 });
      await expect.poll(spaceBelow, { message: `in a window of ${width} px` }).toBeGreaterThanOrEqual(4);
    }
    await anna.setViewportSize({ width: 1280, height: 800 });
    await anna.keyboard.press('Escape');

    const devtools = await anna.context().newCDPSession(anna);
    await devtools.send('Animation.enable');
    // No name fades meanwhile, however slow this computer is.
    await devtools.send('Animation.setPlaybackRate', { playbackRate: 0 });
    let letters = 0;
    /** All write, half of them at one place. */
    const write = () => {
      for (const [i, other] of others.entries()) {
        const at = i < 10 ? 12 : Math.min(12 + i, other.text.length);
        other.text.insert(at, 'x');
        letters += 1;
        const place = relativePlace(other.text, i < 10 ? 12 : at);
        other.awareness.setLocalStateField('cursor', { anchor: place, head: place });
      }
    };
    for (let round = 0; round < 3; round++) {
      write();
      // A name has its place in the frame after the one in which it is drawn.
      await waitFor(
        'the names, each beside the others',
        async () => {
          const flags = await shownFlags(anna);
          return flags.length >= 3 && overlaps(flags).length === 0;
        },
        { seen: async () => overlaps(await shownFlags(anna)) },
      );
    }
    await waitFor('every letter', async () => {
      const text = await anna.locator('.cm-content').textContent();
      return (text?.match(/x/g)?.length ?? 0) >= letters;
    });
    await devtools.send('Animation.setPlaybackRate', { playbackRate: 1 });
    await waitFor('the names to fade', async () => (await shownFlags(anna)).length === 0);
    const caret = anna.locator('.remote-caret').last();
    // What is drawn over the text takes no presses: the pointer is at the place, and over the text.
    await caret.hover({ force: true, position: { x: 0, y: 8 } });
    await waitFor('a name to come back', async () => (await shownFlags(anna)).length === 1, {
      seen: () => shownFlags(anna),
    });
    await anna.mouse.move(640, 700);
    await allLeave();
  });
});

/** Boxes of the names that are seen now. */
function shownFlags(page: Page): Promise<readonly DOMRect[]> {
  return page
    .locator('.remote-carets')
    .evaluate((carets) =>
      [...carets.querySelectorAll('.remote-flag')]
        .filter(
          (flag) => getComputedStyle(flag).visibility === 'visible' && getComputedStyle(flag).opacity !== '0',
        )
        .map((flag) => flag.getBoundingClientRect().toJSON()),
    );
}

function overlaps(boxes: readonly DOMRect[]): readonly (readonly DOMRect[])[] {
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter(
        (b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1,
      )
      .map((b) => [a, b]),
  );
}
