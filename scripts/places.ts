import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The root of this checkout. Every path a script uses starts here or in one of the folders below,
 *  so scripts work from any working directory. */
export const projectRoot = resolve(import.meta.dirname, '..');

/** A file of this checkout by its path from the root.
 *  Parts are joined with the separator of this system. */
export function inProject(...parts: string[]): string {
  return join(projectRoot, ...parts);
}

/** Where downloads are kept between checkouts: the user's cache folder, never the repository.
 *  `XDG_CACHE_HOME` moves it; deleting it costs a download and nothing else. */
export function cacheHome(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'inkroom');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'inkroom', 'Cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'inkroom');
  return join(homedir(), '.cache', 'inkroom');
}
