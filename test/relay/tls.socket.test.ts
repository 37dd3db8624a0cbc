import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { ClientProcess } from '../processes/client-process.ts';
import { type RelayProcess, runRelay, startRelay } from '../processes/relay-process.ts';
import { selfSigned } from './self-signed.ts';
import { temporaryFolder } from './temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let relay: RelayProcess | undefined;
let clients: ClientProcess[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'data');
});
afterEach(async () => {
  for (const client of clients) await client.kill();
  clients = [];
  await relay?.kill('SIGKILL');
  relay = undefined;
  await folder.remove();
});

async function start(files: { cert: string; key: string }): Promise<RelayProcess> {
  relay = await startRelay({ data, args: ['--tls-cert', files.cert, '--tls-key', files.key] });
  return relay;
}

function client(name: string, relayUrl: string, document: string, trusts: string): ClientProcess {
  const made = new ClientProcess(name, { relayUrl, document, journal: join(folder.path, name), trusts });
  clients.push(made);
  return made;
}

/** The name in the certificate that a new connection is shown. */
async function shownBy({ port }: RelayProcess): Promise<unknown> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

describe('TLS of the relay itself', () => {
  test('[G5] clients that trust the certificate write over https; renewed files count after SIGHUP, for no open connection', async () => {
    const first = selfSigned(folder.path, 'first');
    const second = selfSigned(folder.path, 'second');
    const used = { cert: join(folder.path, 'used.crt'), key: join(folder.path, 'used.key') };
    const use = async (pair: typeof used) => {
      await copyFile(pair.cert, used.cert);
      await copyFile(pair.key, used.key);
    };
    await use(first);
    const relay = await start(used);
    expect(relay.url).toBe(`https://127.0.0.1:${relay.port}`);
    await expect(fetch(`${relay.url}/health`)).rejects.toMatchObject({
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });

    const ann = client('ann', relay.url, 'new', first.cert);
    const document = await ann.editId();
    ann.tell('type');
    await ann.typed(20);
    await ann.settle();
    expect(ann.last('status')).toMatchObject({ carrier: 'websocket' });

    await use(second);
    relay.signal('SIGHUP');
    await waitFor('the second certificate', async () => (await shownBy(relay)) === 'second');
    const states = ann.reports.length;
    const bob = client('bob', relay.url, document, second.cert);
    await bob.agrees(ann);
    ann.tell('type');
    await ann.typed(40);
    await ann.settle();
    await bob.agrees(ann);
    const seen = ann.reports
      .slice(states)
      .flatMap((report) => (report.type === 'status' ? [report.state] : []));
    expect(new Set(seen)).toEqual(new Set(['live']));

    await writeFile(used.key, await readFile(first.key));
    relay.signal('SIGHUP');
    await waitFor('a warning', () => relay.output().includes('The certificate stays as it is.'));
    expect(relay.output()).toContain(
      `The key in ${used.key} does not belong to the certificate in ${used.cert}.`,
    );
    expect(await shownBy(relay)).toBe('second');
  });

  test('[G8] files that are missing, no certificate, no key or of two pairs are told in a sentence, with exit code 1', async () => {
    const first = selfSigned(folder.path, 'first');
    const second = selfSigned(folder.path, 'second');
    const missing = join(folder.path, 'missing');
    const wrong = [
      [missing, first.key, `The certificate cannot be read: ENOENT`],
      [first.cert, missing, `The key cannot be read: ENOENT`],
      [first.key, first.key, `${first.key} holds no certificate.`],
      [first.cert, first.cert, `${first.cert} holds no private key`],
      [
        first.cert,
        second.key,
        `The key in ${second.key} does not belong to the certificate in ${first.cert}.`,
      ],
    ] as const;
    for (const [cert, key, sentence] of wrong) {
      const run = await runRelay(['--port', '0', '--data', data, '--tls-cert', cert, '--tls-key', key]);
      expect(run).toMatchObject({ code: 1, output: expect.stringContaining(sentence) });
      expect(run.output.trim().split('\n')).toHaveLength(1);
    }
  });
});
