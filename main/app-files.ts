import { join } from 'node:path';

/** What the build put beside this program; the same paths inside a packaged app's archive. */
export const appFiles = {
  preload: join(import.meta.dirname, 'preload.cjs'),
  page: join(import.meta.dirname, '..', 'renderer'),
  relay: join(import.meta.dirname, '..', 'relay', 'cli.js'),
  dictionaryMaker: join(import.meta.dirname, 'dictionary-maker.js'),
  dictionaries: join(import.meta.dirname, '..', 'dictionaries'),
} as const;
