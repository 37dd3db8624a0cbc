import { buildDist } from './build.ts';

/** Runs once before the tests that start built programs as processes of their own.
 *  Vitest calls it by this name; what is up to date is not built again. */
export async function setup(): Promise<void> {
  await buildDist(['relay', 'node']);
}
