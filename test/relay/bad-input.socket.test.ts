import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { limits } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { RawMember } from './raw-member.ts';
import { joinOf, newDocument, randomEntry } from './test-document.ts';

let relay: ListeningRelay;

beforeEach(async () => {
  relay = await ListeningRelay.start();
});
afterEach(async () => {
  await relay.close();
});

describe('bad input', () => {
  const versionOffset = 0;

  test('[J1] another version is refused as such, whatever follows it', async () => {
    const member = await relay.connect();
    const join = encodeClientMessage({
      event: 'join',
      message: joinOf(newDocument(), { nonce: member.hello.nonce, host: member.host }),
    });
    join[versionOffset] = PROTOCOL_VERSION + 1;
    member.socket.emit('join', join);
    await member.refusal('wrong-version');
    member.socket.emit('join', Uint8Array.of(99, 1, 2, 3));
    await waitFor('a second refusal', () => member.all('refused').length === 2, {
      seen: () => member.describe(),
    });
    expect(member.closeReason).toBeUndefined();
  });

  const bad: readonly { readonly what: string; readonly code: string; send(member: RawMember): void }[] = [
    { what: 'random bytes', code: 'malformed', send: (member) => sendRaw(member, randomEntry(300)) },
    { what: 'an empty frame', code: 'malformed', send: (member) => sendRaw(member, new Uint8Array()) },
    {
      what: 'an unknown event',
      code: 'malformed',
      send: (member) => sendRaw(member, Uint8Array.of(0x1b, 40, 1)),
    },
    { what: 'text', code: 'malformed', send: (member) => sendRaw(member, '2["append"]') },
    { what: 'a long text', code: 'malformed', send: (member) => sendRaw(member, `0${'x'.repeat(3000)}`) },
    {
      what: "a relay's event",
      code: 'malformed',
      send: (member) => member.socket.emit('ack', Uint8Array.of(1, 1)),
    },
    {
      what: 'a truncated join',
      code: 'malformed',
      send: (member) => {
        const join = joinOf(newDocument(), { nonce: member.hello.nonce, host: member.host, create: true });
        member.socket.emit('join', encodeClientMessage({ event: 'join', message: join }).subarray(0, -1));
      },
    },
    {
      what: 'an append without an entry',
      code: 'malformed',
      send: (member) => member.socket.emit('append', Uint8Array.of(1)),
    },
    {
      what: 'an append over the limit',
      code: 'too-large',
      send: (member) => member.append(1, randomEntry(limits.inlineEntryBytes + 1)),
    },
    {
      what: 'a frame over the limit',
      code: 'too-large',
      send: (member) => member.append(1, randomEntry(limits.payloadBytes * 2)),
    },
    {
      what: 'presence over the limit',
      code: 'too-large',
      send: (member) =>
        member.send({
          event: 'presence',
          message: { counter: 1, sealed: randomEntry(limits.presenceBytes + 1) },
        }),
    },
    {
      what: 'an upload over the limit',
      code: 'too-large',
      send: (member) =>
        member.send({
          event: 'upload',
          message: { ref: 1, kind: 'entry', total: limits.entryBytes + 1, offset: 0, chunk: randomEntry(10) },
        }),
    },
    {
      what: 'an upload with a gap',
      code: 'malformed',
      send: (member) =>
        member.send({
          event: 'upload',
          message: { ref: 1, kind: 'entry', total: 200_000, offset: 10, chunk: randomEntry(10) },
        }),
    },
  ];

  for (const { what, code, send } of bad) {
    test(`[W4][R2][G8] ${what}: ${code}, the sender is closed, nobody else notices`, async () => {
      const document = newDocument();
      const ann = await relay.join(document, { create: true });
      const bad = await relay.join(document);
      send(bad);
      await bad.refusal(code);
      await bad.closed();
      const entry = randomEntry();
      expect(await ann.appended(1, entry)).toBe(1);
      await ann.liveWith(1);
      expect(ann.entries.get(1)).toEqual(entry);
      expect(ann.all('refused')).toEqual([]);
      expect(await relay.store.room(document.roomId)).toMatchObject({ head: { seq: 1 } });
    });
  }

  test('[W4][G8] a message over the transport limit closes the sender only', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bad = await relay.join(document);
    bad.append(1, randomEntry(limits.transportBytes + 1));
    await bad.closed();
    expect(await ann.appended(1, randomEntry())).toBe(1);
  });

  test('[R2][G8] who sends too fast is refused; a pasted book and 200 keystrokes a second are not', async () => {
    await relay.close();
    relay = await ListeningRelay.start({
      config: { rate: { messagesPerSecond: 250, messageBurst: 500, bytesPerSecond: 8e6, byteBurst: 8e6 } },
    });
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    await ann.upload(1, randomEntry(5 * 1024 * 1024));
    await ann.ack(1);
    for (let ref = 2; ref < 202; ref++) ann.append(ref, randomEntry(50));
    await ann.ack(201);
    const bad = await relay.join(document);
    for (let i = 0; i < 600; i++) bad.send({ event: 'confirm', message: { bytes: 1 } });
    await bad.refusal('too-fast');
    await bad.closed();
    expect(ann.all('refused')).toEqual([]);
  });

  test('[G8] more connections than the relay takes are refused', async () => {
    await relay.close();
    relay = await ListeningRelay.start({ config: { maxUnjoined: 2 } });
    const document = newDocument();
    await relay.join(document, { create: true });
    const waiting = [await relay.connect(), await relay.connect()];
    const refused = RawMember.start(relay.url);
    await refused.refusal('too-busy');
    await refused.closed();
    waiting[0]?.close();
    await waitFor(
      'a place is free again',
      async () => {
        const next = RawMember.start(relay.url);
        await waitFor('an answer', () => next.received.length > 0, { seen: () => next.describe() });
        next.close();
        return next.last('hello') !== undefined;
      },
      { seen: () => 'still too busy' },
    );
  });
});

/** Sends one frame past the client's own encoder. */
function sendRaw(member: RawMember, frame: string | Uint8Array): void {
  member.socket.io.engine.write(typeof frame === 'string' ? frame : Buffer.from(frame));
}
