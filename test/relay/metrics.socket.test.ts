import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { inProject } from '../../scripts/places.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { askRaw } from './raw-http.ts';
import { newDocument, randomEntry } from './test-document.ts';

let relay: ListeningRelay | undefined;
afterEach(() => relay?.close());

async function metricsOf({ url }: ListeningRelay): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Object.fromEntries(
    [...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
}

test('[G7] the metrics count connections and open rooms, up and down, and are the ones on the page', async () => {
  relay = await ListeningRelay.start();
  const started = relay;
  const document = newDocument();
  const members = [await started.join(document, { create: true }), await started.join(document)];
  members.push(await started.join(newDocument(), { create: true }));
  const metrics = await metricsOf(started);
  expect(metrics).toMatchObject({
    inkroom_connections: 3,
    inkroom_open_rooms: 2,
    inkroom_write_failures_total: 0,
  });
  expect(metrics.inkroom_resident_bytes).toBeGreaterThan(10_000_000);
  for (const name of ['inkroom_busy_ratio', 'inkroom_uptime_seconds', 'inkroom_damaged_entries_total'])
    expect(metrics[name]).toBeGreaterThanOrEqual(0);
  const page = readFileSync(inProject('docs', 'operating.md'), 'utf8');
  const described = [...page.matchAll(/^\| `(inkroom_\w+)` \|/gm)].map(([, name]) => name);
  expect(described.sort()).toEqual(Object.keys(metrics).sort());
  for (const member of members.slice(1)) member.close();
  await waitFor('one connection', async () => {
    const { inkroom_connections: connections, inkroom_open_rooms: rooms } = await metricsOf(started);
    return connections === 1 && rooms === 1;
  });
});

test('[G1] a write that fails is counted', async () => {
  const store = new MemoryLogStore();
  relay = await ListeningRelay.start({ store });
  const ann = await relay.join(newDocument(), { create: true });
  store.append = () => Promise.reject(new StoreError('store-failed', 'for this test'));
  ann.append(1, randomEntry());
  await ann.refusal('store-failed');
  expect(await metricsOf(relay)).toMatchObject({ inkroom_write_failures_total: 1 });
});

test('[G5] what comes through a proxy on this computer does not get the metrics', async () => {
  relay = await ListeningRelay.start();
  const started = relay;
  for (const header of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    const answer = await fetch(`${relay.url}/metrics`, { headers: { [header]: '127.0.0.1' } });
    expect([answer.status, await answer.json()]).toEqual([403, { error: 'Only from this computer.' }]);
  }
  // One that adds no header, such as nginx when it is told to keep the host and nothing else.
  const asked = (host: string) => askRaw(started.url, `GET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  for (const host of ['relay.example.org', 'localhost.example.org', '127.0.0.1.example.org', ''])
    expect(await asked(host)).toBe(403);
  for (const host of ['localhost', '127.0.0.1:4040', '[::1]:4040']) expect(await asked(host)).toBe(200);
});
