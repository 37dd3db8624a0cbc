import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';

/**
 * Whether LevelDB's files are there and those that name them are not. Without `CURRENT`, LevelDB would make an empty
 * database and delete them.
 */
export async function hasLostItsIndex(location: string): Promise<boolean> {
  const files: readonly string[] = await ifThere(readdir(location), []);
  const manifest = (await ifThere(readFile(join(location, 'CURRENT'), 'utf8'), '')).trim();
  return !files.includes(manifest) && files.some((file) => /\.(?:ldb|sst|log)$/u.test(file));
}

/**
 * Builds LevelDB's index anew from what can be read of its files; what cannot is left in `lost/`. It reads all of
 * them, so it takes as long as that. What is missing afterwards is found room by room.
 */
export async function repairDatabase(
  location: string,
  warn: ((line: string) => void) | undefined,
): Promise<void> {
  warn?.(`The database in ${location} is damaged; its files are being repaired.`);
  await ClassicLevel.repair(location);
}

async function ifThere<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  return await reading.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  });
}
