import { afterEach, describe, expect, test } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { RelayServer } from '../../relay-server/server.ts';
import { newDocument, RawMember, randomEntry } from './raw-member.ts';

let server: RelayServer | undefined;

async function startRelay(): Promise<string> {
  server = await RelayServer.listen({
    host: '127.0.0.1',
    port: 0,
    store: new MemoryLogStore(),
    warn: () => {},
  });
  return server.url;
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe('two members of one room', () => {
  test('[A2][S5] an append is acknowledged and reaches every live member, the sender included', async () => {
    const url = await startRelay();
    const document = newDocument();
    const ann = await RawMember.join(url, document, { create: true });
    const bob = await RawMember.join(url, document);
    await ann.liveWith(0);
    await bob.liveWith(0);
    const entry = randomEntry();
    expect(await ann.appended(1, entry)).toBe(1);
    await ann.liveWith(1);
    await bob.liveWith(1);
    expect(ann.entries.get(1)).toEqual(entry);
    expect(bob.entries.get(1)).toEqual(entry);
    ann.close();
    bob.close();
  });
});
