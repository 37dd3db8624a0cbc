import { defineConfig } from 'vitest/config';

const SECOND_MS = 1000;
const socketTimeoutMs = 180 * SECOND_MS;
const longTimeoutMs = 300 * SECOND_MS;
/** How long `expect.poll` goes on looking: a busy computer needs more than the second that vitest gives. */
const pollTimeoutMs = 60 * SECOND_MS;
/** Tests that start built programs as processes get them built first. */
const built = ['scripts/test-setup.ts'];

/** One project a suffix: `name` runs every `test/**\/*.name.test.ts` with one deadline for tests and hooks. */
function project(name: string, timeoutMs: number, fileParallelism = true, globalSetup: string[] = []) {
  return {
    test: {
      name,
      include: [`test/**/*.${name}.test.{ts,tsx}`],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      fileParallelism,
      globalSetup,
    },
  };
}

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    maxWorkers: 2,
    passWithNoTests: true,
    expect: { poll: { timeout: pollTimeoutMs } },
    projects: [
      { extends: true, ...project('unit', socketTimeoutMs) },
      { extends: true, ...project('socket', socketTimeoutMs, true, built) },
      { extends: true, ...project('fuzz', longTimeoutMs, true, built) },
      { extends: true, ...project('e2e', longTimeoutMs, false, built) },
      { extends: true, ...project('bench', 10 * longTimeoutMs, false, built) },
    ],
  },
});
