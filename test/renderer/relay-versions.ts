import { randomBytes } from 'node:crypto';
import type { Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';

/** Writes until the relay, started with `--compact-after-bytes 1KiB`, has a new snapshot; leaves the text as it is. */
export async function untilVersion(copy: Provider): Promise<void> {
  const newest = async () => (await copy.milestones.list()).at(-1)?.cursor.seq ?? 0;
  const before = await newest();
  // Outweighs the snapshot there is, and is not in the next one.
  copy.text.insert(0, randomBytes(6000).toString('base64'));
  copy.text.delete(0, 8000);
  await copy.whenSaved();
  await waitFor('a new version on the relay', async () => (await newest()) > before, { deadlineMs: 90_000 });
}
