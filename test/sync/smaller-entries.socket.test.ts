import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { type RelayProcess, startRelay } from '../processes/relay-process.ts';
import { temporaryFolder } from '../relay/temporary-folder.ts';

/** Letters that deflate to no less than half. */
const letters = (length: number) => randomBytes(length / 2).toString('hex');
const kib = 1024;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let relay: RelayProcess | undefined;
let port = 0;
const copies: Provider[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const copy of copies.splice(0)) await copy.close();
  await relay?.kill('SIGKILL');
  port = 0;
  await folder.remove();
});

async function start(maxEntry: string): Promise<void> {
  relay = await startRelay({ data: join(folder.path, 'relay'), port, args: ['--max-entry', maxEntry] });
  port = relay.port;
}

async function open(document = 'new', journalFolder?: string): Promise<Provider> {
  const relayUrl = `http://127.0.0.1:${port}`;
  const copy = await openDocument({ document, relayUrl, ...(journalFolder && { journalFolder }) });
  copies.push(copy);
  return copy;
}

async function isSaved(copy: Provider): Promise<void> {
  await waitFor('everything to be saved', () => copy.status.saved, { seen: () => copy.status });
}

/** What somebody who comes now is shown. */
async function newcomerSees(copy: Provider): Promise<string> {
  const newcomer = await open(copy.keys.editId ?? '');
  await newcomer.whenLive();
  expect([newcomer.status.incomplete, newcomer.status.unopened]).toEqual([false, 0]);
  return newcomer.text.toString();
}

describe('a relay that takes smaller entries than others do', () => {
  for (const maxEntry of ['64KiB', '1MiB'])
    it(`[G1] [U1] takes a change larger than ${maxEntry} in several entries, and what is typed after it`, async () => {
      await start(maxEntry);
      const ann = await open();
      await isSaved(ann);
      ann.text.insert(0, letters(3000 * kib));
      ann.text.insert(0, 'typed after it: ');
      await isSaved(ann);
      expect(await newcomerSees(ann)).toBe(ann.text.toString());
    });

  it('[G1] [G2] takes what was sealed when it still took larger ones, sent or not, also after a restart of the writer', async () => {
    await start('32MiB');
    const journals = join(folder.path, 'journals');
    const ann = await open('new', journals);
    await isSaved(ann);
    // Stopped as soon as the upload has begun: the entry is sealed, and not all of it is sent.
    ann.text.insert(0, letters(8000 * kib));
    await waitFor('the upload to begin', () => ann.status.upload !== undefined);
    await relay?.kill('SIGKILL');
    ann.text.insert(0, 'typed without the relay, ');
    await ann.whenJournaled();
    expect(ann.status.unsaved).toBe(2);
    const text = ann.text.toString();
    await ann.close();
    await start('1MiB');
    const again = await open(ann.keys.editId ?? '', journals);
    expect(again.text.toString()).toBe(text);
    await isSaved(again);
    again.text.insert(0, 'and then: ');
    await isSaved(again);
    expect(await newcomerSees(again)).toBe(`and then: ${text}`);
  });
});
