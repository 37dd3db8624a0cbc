import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { argv } from 'node:process';
import { limits } from '../../../protocol/limits.ts';
import { parseDocumentId } from '../../../sync/document-id.ts';
import { deriveKeys } from '../../../sync/keys.ts';
import { overWebSocket } from '../../fuzz/hostile-layers.ts';
import { HostileRun } from '../../fuzz/hostile-run.ts';
import { RawMember } from '../../relay/raw-member.ts';
import { newDocument } from '../../relay/test-document.ts';

const [, , name = '', url = '', viewId = ''] = argv;

/** The attackers' address, as the relay is told by what it takes for a proxy: the honest ones have another. */
const elsewhere = '192.0.2.66';
const forwarded = 'X-Forwarded-For';
/** Where those are who tell nothing: another address of this machine than the proxy's. */
const localAddress = '127.0.0.66';

/** `attacks.ts NAME URL VIEW_ID`: attacks the relay until it is killed; a process of its own, so that it does not slow the honest ones' clocks. */
const attacks: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'hostile frames': async (url) => {
    const parsed = parseDocumentId(viewId);
    if (!parsed.ok) throw new Error(`${viewId} is no document ID`);
    const headers = [`${forwarded}: ${elsewhere}`];
    // What an address may do is soon used up, and then attackers are not let in for a while.
    await crowd(24, () =>
      new HostileRun(overWebSocket, url, deriveKeys(parsed.secret), 1, headers).attack(1000, 1),
    );
  },
  'appends at full speed': (url) => crowd(10, () => flood(url, 100)),
  'large appends at full speed': (url) => crowd(4, () => flood(url, limits.inlineEntryBytes)),
  'presence at full speed': (url) =>
    crowd(10, async () => {
      const member = await joined(url);
      for (let counter = 1; member.closeReason === undefined; ) {
        for (let i = 0; i < 50; i++)
          member.send({
            event: 'presence',
            message: { counter: counter++, sealed: new Uint8Array(limits.presenceBytes) },
          });
        await breath();
      }
    }),
  'joins and leaves': (url) =>
    crowd(20, async () => {
      const member = await RawMember.connect(url, ['websocket'], {
        extraHeaders: { [forwarded]: elsewhere },
      });
      const document = newDocument();
      while (member.closeReason === undefined) {
        member.sendJoin(document, { create: true });
        member.send({ event: 'leave', message: null });
        await breath();
      }
    }),
  'new documents': (url) =>
    crowd(20, async () => {
      const member = await RawMember.connect(url, ['websocket'], {
        extraHeaders: { [forwarded]: elsewhere },
      });
      // A connection may join twenty times at once.
      for (let joins = 0; joins < 20 && member.closeReason === undefined; joins++)
        await member.join(newDocument(), { create: true });
      member.close();
    }),
  '64 KiB in each of 250 documents': async (url) => {
    const members: RawMember[] = [];
    await crowd(25, async () => {
      if (members.length < 250) members.push(await joined(url));
      const entry = new Uint8Array(randomBytes(limits.inlineEntryBytes));
      for (const [i, member] of members.entries())
        if (i % 25 === members.length % 25) member.append(1, entry);
    });
  },
  'uploads at full speed': (url) =>
    crowd(16, async () => {
      const member = await joined(url);
      for (let ref = 1; member.closeReason === undefined; ref++) {
        const total = limits.inlineEntryBytes + 1;
        const bytes = new Uint8Array(randomBytes(total));
        const acksBefore = member.all('ack').length;
        for (const offset of [0, limits.chunkBytes]) {
          const chunk = bytes.subarray(offset, offset + limits.chunkBytes);
          member.send({ event: 'upload', message: { ref, kind: 'entry', total, offset, chunk } });
        }
        while (member.closeReason === undefined && member.all('ack').length === acksBefore) await breath();
        member.received.length = 0;
      }
    }),
  'requests in a pipeline': (url) =>
    crowd(10, async () => {
      const { hostname, port } = new URL(url);
      const socket = connect({ port: Number(port), host: hostname, localAddress });
      socket.on('error', () => {});
      socket.resume();
      socket.write('GET / HTTP/1.1\r\nHost: relay\r\n\r\n'.repeat(1000));
      await once(socket, 'close');
    }),
  'connections that say nothing': (url) =>
    crowd(200, async () => {
      const { hostname, port } = new URL(url);
      const socket = connect({ port: Number(port), host: hostname, localAddress });
      socket.on('error', () => {});
      socket.resume();
      await once(socket, 'close');
    }),
};

/** So many at once, each again when it is over or refused, for ever. */
async function crowd(count: number, one: () => Promise<void>): Promise<void> {
  const again = async () => {
    for (;;) {
      await one().catch(() => {});
      await breath();
    }
  };
  await Promise.all(Array.from({ length: count }, again));
}

async function joined(url: string): Promise<RawMember> {
  const member = await RawMember.connect(url, ['websocket'], { extraHeaders: { [forwarded]: elsewhere } });
  await member.join(newDocument(), { create: true });
  return member;
}

/** Appends without waiting for acknowledgements, as many as the relay holds for one connection. */
async function flood(url: string, bytes: number): Promise<void> {
  const member = await joined(url);
  const entry = new Uint8Array(randomBytes(bytes));
  const most = Math.min(800, Math.floor((3 * 1024 * 1024) / bytes));
  let sent = 0;
  let lastAcked = 0;
  while (member.closeReason === undefined) {
    lastAcked = Math.max(lastAcked, ...member.all('ack').flatMap(({ acks }) => acks.map(({ ref }) => ref)));
    member.received.length = 0;
    for (; sent - lastAcked < most; sent++) {
      entry.set(randomBytes(8));
      member.append(sent + 1, entry);
    }
    await breath();
  }
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

if (name === '--names') process.stdout.write(JSON.stringify(Object.keys(attacks)));
else await attacks[name]?.(url);
