import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleInto, nodeBundle } from '../../scripts/build.ts';
import { inProject } from '../../scripts/places.ts';

/** The programs that the driver starts, as bundles: a process of one starts in a quarter of the time of its sources. */
export interface ChaosPrograms {
  readonly client: string;
  /** For `--import`; see `shifting-clock.ts`. */
  readonly shiftingClock: string;
  remove(): Promise<void>;
}

/** Builds the programs into a folder of their own, inside the checkout so that packages are found. */
export async function buildPrograms(): Promise<ChaosPrograms> {
  await mkdir(inProject('test-results'), { recursive: true });
  const folder = await mkdtemp(inProject('test-results', 'chaos-'));
  await bundleInto(folder, nodeBundle('test/chaos/chaos-client.ts', 'chaos-client.js'));
  await bundleInto(folder, nodeBundle('test/chaos/shifting-clock.ts', 'shifting-clock.js'));
  return {
    client: join(folder, 'chaos-client.js'),
    shiftingClock: join(folder, 'shifting-clock.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
