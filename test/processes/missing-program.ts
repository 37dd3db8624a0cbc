import type { TestContext } from 'vitest';

/** Skips a test that needs a program which is not here, and says why. In CI on Linux it fails instead: a proof must not vanish. */
export function skipWithout({ skip }: TestContext, problem: string): never {
  if (process.env.CI && process.platform === 'linux') throw new Error(problem);
  return skip(problem);
}
