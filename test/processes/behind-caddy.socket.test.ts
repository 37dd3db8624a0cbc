import { Agent } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from '../relay/listening-relay.ts';
import { RawMember } from '../relay/raw-member.ts';
import { temporaryFolder } from '../relay/temporary-folder.ts';
import { newDocument } from '../relay/test-document.ts';
import { type Caddy, needCaddy, startCaddy } from './caddy.ts';
import { ClientProcess } from './client-process.ts';
import { freePort, startRelay } from './relay-process.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let endings: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const end of endings.reverse()) await end();
  endings = [];
  await folder.remove();
});

async function caddyFor(program: string, relayPort: number, scheme: 'http' | 'https'): Promise<Caddy> {
  const caddy = await startCaddy(program, { folder: folder.path, relayPort, scheme });
  endings.push(() => caddy.stop());
  return caddy;
}

async function startedRelay(port: number, ...args: readonly string[]): Promise<void> {
  const relay = await startRelay({ data: join(folder.path, 'data'), port, args });
  endings.push(() => relay.kill('SIGKILL'));
}

/** Fails every join, because the warning about it names the client's address. */
class ClosedStore extends MemoryLogStore {
  override room(): Promise<never> {
    return Promise.reject(new StoreError('store-failed', 'closed for this test'));
  }
}

describe('a relay behind Caddy, with the Caddyfile of this project', () => {
  for (const [carrier, args] of [
    ['websocket', []],
    ['polling', ['--polling-only']],
  ] as const) {
    test(`[G9] two people write through it with TLS over ${carrier}`, async (context) => {
      const program = await needCaddy(context);
      const port = await freePort();
      const { url, authority } = await caddyFor(program, port, 'https');
      await startedRelay(port, '--public-host', new URL(url).host, '--trusted-proxy', '127.0.0.1', ...args);
      const person = (name: string, document: string) => {
        const journal = join(folder.path, name);
        const client = new ClientProcess(name, { relayUrl: url, document, journal, trusts: authority });
        endings.push(() => client.kill());
        return client;
      };
      const ann = person('ann', 'new');
      const bob = person('bob', await ann.editId());
      for (const each of [ann, bob]) {
        each.tell('type');
        await each.typed(30);
        await each.settle();
        expect(each.last('status')).toMatchObject({ carrier, state: 'live' });
      }
      await bob.agrees(ann);
      expect((await ann.text()).match(/<bob/g)?.length).toBeGreaterThanOrEqual(30);
    });
  }

  test('[J3] the relay sees the host that was dialled, and refuses any but its public one; its control and metrics are not reached', async (context) => {
    const program = await needCaddy(context);
    const port = await freePort();
    const { url } = await caddyFor(program, port, 'http');
    await startedRelay(port, '--public-host', new URL(url).host);
    const member = await RawMember.join(url, newDocument(), { create: true });
    member.close();
    const direct = await RawMember.connect(`http://127.0.0.1:${port}`);
    direct.sendJoin(newDocument(), { create: true });
    await direct.refusal('wrong-host');
    direct.close();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    for (const path of ['/control/status', '/metrics']) {
      const answer = await fetch(`${url}${path}`);
      expect([answer.status, await answer.text()], path).toEqual([404, '']);
    }
  });

  test('[G8] it knows where a client is, whatever the client says about that', async (context) => {
    const program = await needCaddy(context);
    const relay = await ListeningRelay.start({
      store: new ClosedStore(),
      trustedProxies: ['127.0.0.1', '::1'],
    });
    endings.push(() => relay.close());
    const { url } = await caddyFor(program, Number(new URL(relay.url).port), 'http');
    for (const [transport, localAddress] of [
      ['websocket', '127.0.0.8'],
      ['polling', '127.0.0.9'],
    ] as const) {
      const member = await RawMember.connect(url, [transport], {
        agent: new Agent({ localAddress, family: 4 }),
        extraHeaders: { 'x-forwarded-for': '6.6.6.6' },
      });
      endings.push(() => Promise.resolve(member.close()));
      member.sendJoin(newDocument());
      await waitFor(
        `a warning about ${localAddress}`,
        () => relay.warnings.some((line) => line.includes(`join from ${localAddress} failed`)),
        { seen: () => `${relay.warnings.join('; ')} ${member.describe()}` },
      );
    }
    expect(relay.warnings.join()).not.toContain('6.6.6.6');
  });
});
