import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What a relay's log holds of one document, as read from its disk by a process of its own. */
export interface DurableLog {
  readonly text: string;
  readonly entries: number;
}

const reader = fileURLToPath(new URL('./read-log.ts', import.meta.url));

/**
 * Reads the log in a relay's data folder: copies the folder, since LevelDB opens for one process only, and opens and
 * decrypts the copy in another process. A running relay should be stopped (SIGSTOP) while this copies.
 */
export async function readDurableLog(
  data: string,
  documentId: string,
  copied?: () => void,
): Promise<DurableLog> {
  const folder = await mkdtemp(join(tmpdir(), 'inkroom-log-'));
  try {
    await cp(data, folder, { recursive: true });
    copied?.();
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', reader, folder, documentId],
      {
        maxBuffer: 256 * 1024 * 1024,
      },
    );
    return JSON.parse(stdout) as DurableLog;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
