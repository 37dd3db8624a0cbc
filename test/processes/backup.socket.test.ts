import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../relay/temporary-folder.ts';
import { ClientProcess } from './client-process.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let relay: RelayProcess | undefined;
let clients: ClientProcess[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const client of clients) await client.kill();
  clients = [];
  await relay?.kill('SIGKILL');
  relay = undefined;
  await folder.remove();
});

test('[G2][G3] a folder copied while the relay was stopped is a backup; restored, it gets back what members have and it lacks', async () => {
  const data = join(folder.path, 'data');
  const backup = join(folder.path, 'backup');
  const first = await startRelay({ data });
  relay = first;
  const again = async () => {
    relay = await startRelay({ data, port: first.port });
  };
  const person = (name: string, document: string) => {
    const client = new ClientProcess(name, {
      relayUrl: first.url,
      document,
      journal: join(folder.path, name),
    });
    clients.push(client);
    return client;
  };
  const ann = person('ann', 'new');
  const document = await ann.editId();
  const writeMore = async (tokens: number) => {
    ann.tell('type');
    await ann.typed(ann.tokens + tokens);
    await ann.settle();
  };
  await writeMore(50);
  await first.kill('SIGTERM');
  await cp(data, backup, { recursive: true });
  await again();
  await writeMore(50);
  const written = await ann.text();

  await relay.kill('SIGTERM');
  await rm(data, { recursive: true });
  await cp(backup, data, { recursive: true });
  const seen = ann.reports.length;
  await again();
  await ann.savedAfter(seen, ann.tokens);
  await ann.kill();
  const bob = person('bob', document);
  await bob.holds(written);
  expect(written.match(/<ann/g)?.length).toBe(ann.tokens);
});
