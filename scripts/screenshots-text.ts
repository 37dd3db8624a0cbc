import type { Page } from 'playwright-core';
import { openAsDesktop } from '../test/renderer/desktop-stand-in.ts';
import { fillText, goToWords, openPreview } from '../test/renderer/preview-page.ts';
import { newDocument, type WebRoom, whenSaved } from '../test/renderer/web-people.ts';
import { entitle, menu, picture } from './screenshots-hands.ts';

const report = `# Delays, week 46

Measured from the quay by *four* people; the [whole log](https://example.org/harbour/log) has every day.

| Day | Crossing | Delay | Reason |
|-----|----------|------:|--------|
| Mon | 7:40 | 11 min | one crew |
| Tue | 7:40 | 14 min | ticket machine |
| Thu | 7:40 | 9 min | one crew |

## To do

- [x] ask the crews
- [ ] count the passengers
- [ ] send the letter

\`\`\`python
def mean(delays):
    """In minutes."""
    return sum(delays) / len(delays)  # never empty
\`\`\`
`;

const crews = `Crews of the early shift:

Virtanen, Aino: 7:40
Okafor, Chidi: 7:40
Lind, Jonas: 8:10
Haddad, Leila: 8:10
Roos, Mira: 8:40

The list is as of November; whoever swaps tells Roos, Mira.
`;

const code = `import { readLog, type Crossing } from './log.ts';

/** How late a crossing was, in whole minutes; never below zero. */
function delayOf({ planned, left }: Crossing): number {
  return Math.max(0, Math.round((left - planned) / 60_000));
}

const limit = 5;

export async function lateMornings(path: string): Promise<readonly string[]> {
  const crossings = await readLog(path);
  const late = new Map<string, number>();
  for (const crossing of crossings) {
    const delay = delayOf(crossing);
    if (delay <= limit) continue;
    const { day } = crossing;
    late.set(day, Math.max(delay, late.get(day) ?? 0));
  }
  return [...late].map(([day, delay]) => \`\${day}: \${delay} min\`);
}

if (import.meta.main) {
  for (const line of await lateMornings('november.csv')) console.log(line);
}
`;

const rightToLeft = `# מכתב לוועדת הנמל

המעבורת איחרה בתשעה־עשר מתוך שלושים הבקרים האחרונים. האיחור הממוצע הוא **אחת־עשרה דקות**, ותמיד ב־7:40.

- סירת הגיבוי במספנה עד יוני
- אף אחד לא אומר לנוסעים דבר

تأخرت العبّارة في تسعة عشر صباحًا من آخر ثلاثين. نطلب طاقمًا ثانيًا من 7 إلى 9 في أيام الدراسة، كما في The Harbour Log.

The same in English: a second crew, called צוות ב׳ here, from 7 to 9.
`;

/** What the editor does with text: preview, links, find, code, other scripts, spelling. */
export async function pictureText(room: WebRoom): Promise<void> {
  const anna = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  await newDocument(anna);
  await entitle(anna, 'Delays, week 46');
  await fillText(anna, report);
  const inside = await openPreview(anna);
  await inside.locator('.code-keyword', { hasText: 'return' }).waitFor();
  await goToWords(anna, 'send the letter');
  await whenSaved(anna);
  await picture(anna, 'preview-blocks', () => offTheMiddle(anna));
  await inside.getByRole('link', { name: 'whole log' }).click();
  await anna.getByRole('dialog', { name: 'Open this address?' }).waitFor();
  await picture(anna, 'link-question', () => offTheMiddle(anna));
  await anna.keyboard.press('Escape');
  await anna.locator('.cm-content').focus();
  await anna.keyboard.press('Control+Shift+E');
  await anna.locator('.preview-frame').waitFor({ state: 'detached' });

  await entitle(anna, 'Crews');
  await fillText(anna, crews);
  await find(anna);

  await entitle(anna, 'late-mornings.ts');
  await fillText(anna, code);
  await menu(anna, 'Line numbers');
  await anna.locator('.cm-lineNumbers').waitFor();
  await anna.locator('.fold-mark').first().click();
  await anna.getByRole('button', { name: 'Unfold' }).waitFor();
  await goToWords(anna, 'late.set');
  await whenSaved(anna);
  await picture(anna, 'code', () => anna.locator('.fold-gutter').hover({ position: { x: 12, y: 500 } }));
  await menu(anna, 'Line numbers');

  await entitle(anna, 'מכתב לוועדת הנמל');
  await fillText(anna, rightToLeft);
  await goToWords(anna, 'ותמיד');
  await whenSaved(anna);
  await picture(anna, 'right-to-left');

  const relay = { state: 'running', url: room.relay.url, networkUrls: [], networkOpen: false } as const;
  const spelling = { isChecked: false, missing: ['de', 'fr'] };
  const desktop = await openAsDesktop(withNames(room), { relay, network: [], spelling });
  await newDocument(desktop);
  await entitle(desktop, 'Crews');
  await fillText(desktop, crews);
  await whenSaved(desktop);
  await desktop.getByRole('button', { name: 'More', exact: true }).click();
  await desktop.getByRole('menuitemcheckbox', { name: 'Check spelling' }).focus();
  await picture(desktop, 'spelling');
}

/** The line between text and preview lights up under the pointer. */
function offTheMiddle(page: Page): Promise<void> {
  return page.mouse.move(320, 700);
}

/** Functions that are sent into a page call this helper of the compiler that runs the scripts. */
function withNames(room: WebRoom): Pick<WebRoom, 'person'> {
  return {
    person: async (options) => {
      const page = await room.person(options);
      await page.addInitScript('globalThis.__name = (named) => named;');
      return page;
    },
  };
}

async function find(page: Page): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+f');
  await page.getByRole('checkbox', { name: 'Regular expression' }).check();
  await page.getByLabel('Find', { exact: true }).fill('(\\w+), (\\w+)(?=:)');
  await page.getByLabel('Replace with', { exact: true }).fill('$2 $1');
  await page.getByLabel('Find', { exact: true }).press('Enter');
  await page.locator('.find-count').getByText('1 of 5', { exact: true }).waitFor();
  await whenSaved(page);
  await picture(page, 'find');
  await page.getByRole('button', { name: 'Replace all' }).click();
  await page.locator('.find-count').getByText('Replaced 5 matches', { exact: true }).waitFor();
  await whenSaved(page);
  await picture(page, 'replaced');
  await page.getByLabel('Find', { exact: true }).press('Escape');
}
