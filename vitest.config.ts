import { defineConfig } from 'vitest/config';

const SECOND_MS = 1000;
const socketTimeoutMs = 180 * SECOND_MS;
const longTimeoutMs = 300 * SECOND_MS;
/** Tests that start built programs as processes get them built first. */
const built = ['scripts/test-setup.ts'];

interface Kind {
  readonly timeoutMs: number;
  /** Its name where a suffix has several, and where under `test/` it is. */
  readonly part?: { readonly name: string; readonly folders: string };
  /** Kinds that must not run beside each other have numbers of their own, and run in their order. */
  readonly order?: number;
  readonly inParallel?: boolean;
  readonly globalSetup?: string[];
}

/** Every `test/**\/*.suffix.test.ts` of a folder, with one deadline for tests and hooks. */
function project(suffix: string, { timeoutMs, part, order = 0, inParallel = true, globalSetup = [] }: Kind) {
  return {
    extends: true as const,
    test: {
      name: part === undefined ? suffix : `${suffix}-${part.name}`,
      include: [`test/${part?.folders ?? '**'}/**/*.${suffix}.test.{ts,tsx}`],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      fileParallelism: inParallel,
      sequence: { groupOrder: order },
      globalSetup,
    },
  };
}

const web = { name: 'web', folders: '{renderer,sync}' };
const app = { name: 'app', folders: 'app' };

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    maxWorkers: 2,
    passWithNoTests: true,
    projects: [
      project('unit', { timeoutMs: socketTimeoutMs }),
      project('socket', { timeoutMs: socketTimeoutMs, globalSetup: built }),
      project('fuzz', { timeoutMs: longTimeoutMs, globalSetup: built }),
      project('e2e', { part: web, timeoutMs: longTimeoutMs, order: 1, globalSetup: built }),
      // Windows of Electron share a screen, its focus and its clipboard.
      project('e2e', {
        part: app,
        timeoutMs: longTimeoutMs,
        order: 2,
        inParallel: false,
        globalSetup: built,
      }),
      project('bench', { timeoutMs: 10 * longTimeoutMs, order: 3, inParallel: false, globalSetup: built }),
    ],
  },
});
