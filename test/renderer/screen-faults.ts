import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from 'playwright-core';
import { layoutFaults } from './layout-faults.ts';

/** Screens on which everything has to fit; a zoom of 200 % is half the size in CSS pixels. */
const screens = [
  { width: 1280, height: 800, scale: 1 },
  { width: 800, height: 600, scale: 1 },
  { width: 640, height: 400, scale: 2 },
  { width: 400, height: 300, scale: 2 },
] as const;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Looks at what the page shows on each screen and in both themes; gives what is wrong, with where. */
export async function faultsEverywhere(shown: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  const widthBefore = await shown.evaluate(() => window.innerWidth);
  const devtools = await shown.context().newCDPSession(shown);
  for (const theme of ['light', 'dark'] as const) {
    await shown.emulateMedia({ colorScheme: theme });
    for (const { width, height, scale } of screens) {
      await devtools.send('Emulation.setDeviceMetricsOverride', {
        width,
        height,
        deviceScaleFactor: scale,
        mobile: false,
      });
      await shown.waitForFunction((wanted) => window.innerWidth === wanted, width);
      await shown.evaluate(settle);
      const here = `${theme} ${width}×${height}`;
      for (const fault of await shown.evaluate(layoutFaults)) faults.push(`${here}: ${fault}`);
      for (const violation of await violations(shown)) faults.push(`${here}: ${violation}`);
    }
  }
  await devtools.send('Emulation.clearDeviceMetricsOverride');
  await devtools.detach();
  // What the page does in a narrow window is undone before the next key.
  await shown.waitForFunction((wanted) => window.innerWidth === wanted, widthBefore);
  await shown.evaluate(settle);
  // The first of them say enough.
  return faults.slice(0, 12);
}

/** Fonts are there, what fades has faded, and two frames have been drawn. */
export async function settle(): Promise<void> {
  await document.fonts.ready;
  const ending = document
    .getAnimations()
    .filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime));
  await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)));
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}

/** What axe finds in what a page, or one of its frames, shows now. */
export async function violations(shown: Page | Frame): Promise<readonly string[]> {
  await shown.evaluate(`'axe' in window || (() => { ${axe} })()`);
  const found: unknown = await shown.evaluate(`axe.run().then(({ violations }) => violations.map((one) =>
    'axe ' + one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 200) + ' ' + node.any.map((check) => check.message).join(' ')).join(' | ')))`);
  return Array.isArray(found) ? found.map(String) : [String(found)];
}
