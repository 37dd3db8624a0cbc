import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { fillText, goToWords, openPreview, previewFrame } from './preview-page.ts';
import { faultsEverywhere, settle, violations } from './screen-faults.ts';
import { newDocument, openWebRoom, type WebRoom } from './web-people.ts';

const letter = `# Letter to the board

Late on *nineteen* of ~~twenty~~ thirty mornings, see [the log](https://example.org/log).

- [ ] ask the board
- [x] write it
  1. and
  2. send it

| Day | Delay |
|-----|------:|
| Mon | 11    |

> A quotation.

\`\`\`ts
export const mean = 11; // "minutes"
\`\`\`

<details><summary>More</summary>

Hidden *words*.

</details>

![The quay](https://example.org/quay.png)

See [costs](#costs) and ${'\n\nA paragraph.\n'.repeat(40)}
## Costs

The end.
`;

let room: WebRoom;
let anna: Page;
const errors: string[] = [];

beforeAll(async () => {
  room = await openWebRoom();
  anna = await room.person({ name: 'Anna' });
  anna.on('pageerror', (error) => errors.push(String(error)));
  await newDocument(anna);
});

afterAll(async () => {
  await room?.close();
});

test('the preview shows GFM as it is read, follows the text and is remembered', async () => {
  const inside = await openPreview(anna);
  await inside.locator('main.empty').waitFor();
  await fillText(anna, letter);
  await inside.getByRole('heading', { name: 'Letter to the board', level: 1 }).waitFor();
  await inside.locator('.code-keyword', { hasText: 'export' }).waitFor();
  await inside.getByText('The end.').waitFor({ state: 'attached' });
  expect(await inside.locator('td').allTextContents()).toEqual(['Mon', '11']);
  expect(
    await inside
      .locator('td')
      .last()
      .evaluate((cell) => getComputedStyle(cell).textAlign),
  ).toBe('right');
  expect(await inside.locator('s').textContent()).toBe('twenty');
  expect(await inside.locator('li.task').count()).toBe(2);
  expect(await inside.locator('details em').textContent()).toBe('words');
  expect(await inside.locator('a.picture').textContent()).toBe('Picture · The quay · example.org');
  expect(await inside.locator('img').count()).toBe(0);

  const quotation = inside.locator('blockquote');
  const kept = await quotation.elementHandle();
  await goToWords(anna, 'Late on');
  await anna.keyboard.type('Too ');
  await inside.getByText('Too Late on').waitFor();
  expect(await quotation.evaluate((now, before) => now === before, kept)).toBe(true);

  expect(await faultsEverywhere(anna)).toEqual([]);
  for (const colorScheme of ['light', 'dark'] as const) {
    await anna.emulateMedia({ colorScheme });
    // A frame is no page: what it begins with is for its document to say.
    const frame = await previewFrame(anna);
    await frame.evaluate(settle);
    const found = await violations(frame);
    expect(found.filter((fault) => !fault.includes('page-has-heading-one'))).toEqual([]);
  }
  await anna.reload();
  await inside.getByText('Too Late on').waitFor();
  expect(errors).toEqual([]);
});

test.each(['# Heading', '## Heading', 'Words'])(
  '%s at the start stands beside itself in the preview',
  async (start) => {
    await fillText(anna, `${start}\n\nMore.\n`);
    const words = start.replace(/^#+ /, '');
    const inside = anna.frameLocator('.preview-frame');
    const [text, preview] = [
      anna.locator('.cm-line').first().getByText(words),
      inside.locator('.block').first().getByText(words, { exact: true }),
    ];
    const difference = async () => {
      const [here, there] = [await text.boundingBox(), await preview.boundingBox()];
      if (here === null || there === null) return 999;
      return Math.abs(here.y + here.height / 2 - there.y - there.height / 2);
    };
    await waitFor('both lines at one height', async () => (await difference()) <= 2, { seen: difference });
  },
);

test('text and preview scroll together, whichever is scrolled, and an anchor scrolls both', async () => {
  const sections = Array.from(
    { length: 80 },
    (_, at) => `## Section ${at}\n\n${'Words that go on. '.repeat((at % 7) * 9)}\n\n- [ ] one\n- two\n\n`,
  );
  await fillText(anna, `[to the fortieth](#section-40)\n\n${sections.join('')}`);
  const inside = anna.frameLocator('.preview-frame');
  await inside.getByRole('heading', { name: 'Section 79', exact: true }).waitFor({ state: 'attached' });
  const frame = await previewFrame(anna);
  const numberOf = (heading: string) => Number(/Section (\d+)/.exec(heading)?.[1]);
  const inText = async () => {
    const lines = await anna.locator('.cm-line').evaluateAll((all) => {
      const top = document.querySelector('.cm-scroller')?.getBoundingClientRect().top ?? 0;
      return all
        .filter((line) => line.getBoundingClientRect().top > top + 30)
        .map((line) => line.textContent ?? '');
    });
    return numberOf(lines.find((line) => line.startsWith('## ')) ?? '');
  };
  const inPreview = async () =>
    numberOf(
      await frame.evaluate(
        () =>
          [...document.querySelectorAll('h2')].find((heading) => heading.getBoundingClientRect().top > 30)
            ?.textContent ?? '',
      ),
    );
  const both = async () => [await inText(), await inPreview()] as const;
  const together = (what: string, isThere: (section: number) => boolean) =>
    waitFor(
      what,
      async () => {
        const [text, preview] = await both();
        return text === preview && isThere(text) && text;
      },
      { seen: both },
    );

  const text = anna.locator('.cm-scroller');
  const preview = anna.locator('.preview-frame');
  await text.hover();
  await anna.mouse.wheel(0, 4000);
  const far = await together('the preview to follow the text', (section) => section > 8);
  await preview.hover();
  await anna.mouse.wheel(0, 4000);
  const further = await together('the text to follow the preview', (section) => section > far + 3);
  await anna.mouse.wheel(0, -2000);
  await together('the text to follow back', (section) => section < further);
  await text.hover();
  await anna.mouse.wheel(0, -100_000);
  await together('both at the top', (section) => section === 0);
  await inside.getByRole('link', { name: 'to the fortieth' }).click();
  await together('both at the anchor', (section) => section === 40);
});

/** The colours of the pixels around the middle of something's upper edge, from above. */
async function upperEdge(shown: Locator): Promise<readonly string[]> {
  const box = await shown.boundingBox();
  if (box === null) throw new Error('it is not shown');
  const clip = { x: Math.round(box.x + box.width / 2), y: Math.floor(box.y) - 1, width: 1, height: 4 };
  const png = await shown.page().screenshot({ clip });
  return shown.page().evaluate(
    async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      context?.drawImage(picture, 0, 0);
      const { data } = context?.getImageData(0, 0, 1, picture.height) ?? { data: [] };
      return Array.from({ length: picture.height }, (_, row) => {
        const [red, green, blue] = data.slice(row * 4);
        return `rgb(${red}, ${green}, ${blue})`;
      });
    },
    [...png],
  );
}

test('a link shows its address before it opens, unless it says it; a new tab knows nothing of this one', async () => {
  const address = `${room.relay.url}/health`;
  await fillText(anna, `[a harmless word](${address}) and ${address}?bare end\n`);
  const inside = anna.frameLocator('.preview-frame');
  await inside.getByRole('link', { name: 'a harmless word' }).click();
  const asked = anna.getByRole('dialog', { name: 'Open this address?' });
  await asked.getByText(address, { exact: true }).waitFor();
  expect(await faultsEverywhere(anna)).toEqual([]);
  for (const height of [800, 801]) {
    await anna.setViewportSize({ width: 1280, height });
    const border = await asked.evaluate((dialog) => getComputedStyle(dialog).borderTopColor);
    expect(await upperEdge(asked), `the border in a window of ${height} px`).toContain(border);
  }
  await anna.setViewportSize({ width: 1280, height: 800 });
  const opened = anna.context().waitForEvent('page');
  await asked.getByRole('button', { name: 'Open' }).click();
  const tab = await opened;
  await tab.waitForURL(address);
  expect(await tab.evaluate(() => [window.opener, document.referrer])).toEqual([null, '']);
  await tab.close();

  const second = anna.context().waitForEvent('page');
  await anna
    .locator('.cm-line')
    .first()
    .getByText('?bare')
    .click({ modifiers: ['Control'] });
  await (await second).waitForURL(`${address}?bare`);
  await (await second).close();
});

test('the line between text and preview moves with the keys and the pointer, and stays there', async () => {
  const line = anna.getByRole('separator', { name: 'Width of the preview' });
  const share = async () => Number(await line.getAttribute('aria-valuenow'));
  await line.focus();
  for (let n = 0; n < 5; n++) await anna.keyboard.press('ArrowLeft');
  expect(await share()).toBe(60);
  const { x, y, height } = (await line.boundingBox()) ?? { x: 0, y: 0, height: 0 };
  await anna.mouse.move(x, y + height / 2);
  await anna.mouse.down();
  await anna.mouse.move(x + 300, y + height / 2, { steps: 5 });
  await anna.mouse.up();
  const dragged = await share();
  expect(dragged).toBeLessThan(45);
  await anna.locator('.preview.dragged').waitFor({ state: 'detached' });
  const second = await anna.context().newPage();
  await second.goto(anna.url());
  const sameLine = second.getByRole('separator', { name: 'Width of the preview' });
  await waitFor(
    'it to be remembered',
    async () => Number(await sameLine.getAttribute('aria-valuenow')) === dragged,
  );
  await second.close();
});

test('in a narrow window the preview takes the place of the text, with a way back', async () => {
  await anna.setViewportSize({ width: 600, height: 700 });
  const text = anna.locator('.cm-content');
  await anna.locator('.preview').waitFor({ state: 'detached' });
  await text.waitFor();
  const inside = await openPreview(anna);
  await inside.getByRole('link', { name: 'a harmless word' }).waitFor();
  await text.waitFor({ state: 'hidden' });
  // As the frame is told of it: a real key would be waited for in a frame that is gone.
  const frame = await previewFrame(anna);
  const keys = { key: 'E', keyCode: 69, ctrlKey: true, shiftKey: true };
  await frame.evaluate(
    (init) => setTimeout(() => window.dispatchEvent(new KeyboardEvent('keydown', init))),
    keys,
  );
  await text.waitFor();
  await openPreview(anna);
  await anna.getByRole('button', { name: 'Back to the text' }).click();
  await text.waitFor();
  await anna.setViewportSize({ width: 1280, height: 800 });
  expect(errors).toEqual([]);
});

test('in a text of 1 MB the preview shows what is in sight first, and what is typed', async () => {
  const part = `## Part\n\n${'The ferry was late again, and nobody said **why**. '.repeat(8)}\n\n- [ ] one\n- two\n\n`;
  await fillText(anna, `${part.repeat(Math.ceil(1_000_000 / part.length))}\n\nThe very end.\n`);
  const inside = anna.frameLocator('.preview-frame');
  await inside.locator('main').waitFor();
  const frame = await previewFrame(anna);
  const ends = () =>
    frame.evaluate(() => {
      const blocks = document.querySelectorAll('.block');
      return [blocks[0]?.textContent?.trim(), blocks[blocks.length - 1]?.textContent?.trim()];
    });
  // What is in sight is drawn first, long before all is.
  await waitFor('the beginning', async () => (await ends())[0] === 'Part', { seen: ends });
  await anna.locator('.cm-content').focus();
  await anna.keyboard.press('Control+End');
  await waitFor('the end', async () => (await ends())[1] === 'The very end.', { seen: ends });
  await goToWords(anna, 'Part');
  await anna.keyboard.type('First ');
  await waitFor('what was typed', async () => (await ends())[0] === 'First Part', { seen: ends });
});
