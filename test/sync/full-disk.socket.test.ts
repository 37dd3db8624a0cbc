import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { ClientProcess } from '../processes/client-process.ts';
import { SmallDisk } from '../relay/small-disk.ts';

const mib = 1024 * 1024;
/** Nobody answers here: what is written stays in the journal. */
const nowhere = 'http://127.0.0.1:1';
const clients: ClientProcess[] = [];
let disk: SmallDisk;

beforeEach(async (context) => {
  disk = await SmallDisk.mount(context, 16 * mib);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.kill();
  await disk?.unmount();
});

async function open(document: string, firstToken: number): Promise<ClientProcess> {
  const journal = join(disk.data, 'journals');
  const client = new ClientProcess('ann', { relayUrl: nowhere, document, journal, firstToken });
  clients.push(client);
  await client.editId();
  return client;
}

describe('a computer whose disk was full while someone wrote', () => {
  it('[G2] killed after there was room again, nothing is lost that was reported as in the journal', async () => {
    const ann = await open('new', 0);
    const documentId = await ann.editId();
    ann.tell('type');
    await ann.typed(50);
    // Not to the last byte: the writer takes some meanwhile.
    await disk.fillUpTo(64 * 1024);
    await waitFor('the journal to be in trouble', () => ann.last('status')?.isJournalTroubled);
    const typedWhileFull = ann.tokens;
    await disk.clear();
    const journaled = await waitFor('the journal to go on', () => {
      const tokens = ann.last('journaled')?.tokens ?? 0;
      return tokens > typedWhileFull + 50 && tokens;
    });
    await ann.kill();
    const found = await (await open(documentId, ann.tokens)).text();
    const lost = Array.from({ length: journaled }, (_, token) => `<ann.${token}>`).filter(
      (token) => !found.includes(token),
    );
    expect(lost).toEqual([]);
  });
});
