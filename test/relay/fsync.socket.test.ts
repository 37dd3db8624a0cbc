import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { limits } from '../../protocol/limits.ts';
import { parseRelayMessage } from '../../protocol/relay-messages.ts';
import { startRelay } from '../processes/relay-process.ts';
import { needStrace } from '../processes/strace.ts';
import { RawMember } from './raw-member.ts';
import type { SystemCall } from './strace-log.ts';
import { parseStrace } from './strace-log.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry, sha256 } from './test-document.ts';

const writes = ['write', 'writev', 'pwrite64', 'sendto', 'sendmsg'];
const syncs = ['fsync', 'fdatasync'];
/** Larger than anything the relay writes at once, so that no string is cut. */
const stringBytes = 200_000;
/** The first bytes of an ack's frame; its length is one byte in a small WebSocket frame before it. */
const ackFrame = encodeFrame('ack', new Uint8Array());
const webSocketBinary = 0x82;

/** The acknowledgements in what was written to a socket: each is a small WebSocket frame with one `ack`. */
function acksIn(bytes: Buffer): { readonly ref: number; readonly seq: number }[] {
  const acks: { ref: number; seq: number }[] = [];
  for (let at = bytes.indexOf(ackFrame); at !== -1; at = bytes.indexOf(ackFrame, at + 1)) {
    const length = bytes[at - 1] ?? 0;
    if (at < 2 || bytes[at - 2] !== webSocketBinary || length > 125) continue;
    const parsed = parseRelayMessage('ack', bytes.subarray(at + ackFrame.length, at + length));
    if (parsed.ok && parsed.value.event === 'ack') acks.push(...parsed.value.message.acks);
  }
  return acks;
}

test('[G1][A2] every acknowledgement leaves after an fdatasync that began after its entry was written', async (context) => {
  needStrace(context);
  const folder = await temporaryFolder();
  const logFile = join(folder.path, 'strace.log');
  const data = join(folder.path, 'data');
  const strace = ['strace', '-f', '-ttt', '-T', '-y', '-xx', '-s', String(stringBytes), '-o', logFile];
  const traced = `trace=${[...writes, ...syncs].join(',')}`;
  const relay = await startRelay({ data, under: [...strace, '-e', traced] });
  const document = newDocument();
  const members = [
    await RawMember.join(relay.url, document, { create: true }),
    await RawMember.join(relay.url, document),
  ];
  const entries = new Map<number, Uint8Array>();
  for (let ref = 1; ref <= 40; ref++) {
    const entry = randomEntry(200);
    entries.set(ref, entry);
    const member = members[ref % 2];
    member?.append(ref, entry);
    // Some together, some alone: the group commit has both.
    if (ref % 4 === 0) await member?.ack(ref);
  }
  const large = randomEntry(3 * limits.chunkBytes);
  const largeRef = 1000;
  await members[0]?.upload(largeRef, large);
  await members[0]?.ack(largeRef);
  for (const [ref] of entries) await members[ref % 2]?.ack(ref);
  for (const member of members) member.close();
  await relay.kill('SIGTERM');

  const calls = parseStrace(await readFile(logFile, 'utf8'));
  const diskWrites = calls.filter((call) => writes.includes(call.name) && call.target.startsWith(data));
  const diskSyncs = calls.filter((call) => syncs.includes(call.name) && call.target.startsWith(data));
  const acked = new Map<number, SystemCall>();
  for (const call of calls) {
    if (!writes.includes(call.name) || call.target.startsWith(data)) continue;
    for (const { ref } of acksIn(call.bytes)) if (!acked.has(ref)) acked.set(ref, call);
  }
  const synced = (write: SystemCall | undefined, ack: SystemCall | undefined) =>
    write !== undefined &&
    ack !== undefined &&
    diskSyncs.some(
      (sync) =>
        sync.target === write.target && sync.startedAt >= write.endedAt && sync.endedAt <= ack.startedAt,
    );
  // The file of the large entry and the record that refers to it by its digest are both written before the ack.
  const ofLarge = [large.subarray(large.length - 200), sha256(large)].map(
    (bytes) => [largeRef, bytes] as const,
  );
  const unsynced = [...entries, ...ofLarge].filter(([ref, bytes]) => {
    const write = diskWrites.find((call) => call.bytes.includes(Buffer.from(bytes)));
    return !synced(write, acked.get(ref));
  });
  expect([...acked.keys()].sort((a, b) => a - b)).toEqual([...entries.keys(), largeRef]);
  expect(unsynced.map(([ref]) => ref)).toEqual([]);
  await folder.remove();
});
