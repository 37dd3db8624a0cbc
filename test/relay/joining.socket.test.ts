import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { limits } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { eventually } from './eventually.ts';
import { ListeningRelay } from './listening-relay.ts';
import { joinOf, newDocument, RawMember, randomEntry } from './raw-member.ts';

let relay: ListeningRelay;

beforeEach(async () => {
  relay = await ListeningRelay.start();
});
afterEach(async () => {
  await relay.close();
});

describe('joining', () => {
  test('[J1] every connection is greeted with a nonce of its own', async () => {
    const [ann, bob] = [await relay.connect(), await relay.connect()];
    expect(ann.hello).toMatchObject({
      version: PROTOCOL_VERSION,
      tokenRequired: false,
      entryBytes: limits.entryBytes,
    });
    expect(ann.hello.nonce).not.toEqual(bob.hello.nonce);
  });

  test('[J2] a room id that does not follow from the keys is refused', async () => {
    const document = newDocument();
    const member = await relay.connect();
    member.sendJoin(document, { roomId: newDocument().roomIdBytes, create: true });
    await member.refusal('bad-proof');
    member.sendJoin(document, { keys: newDocument().keys('edit'), create: true });
    await eventually(
      'a second refusal',
      () => member.all('refused').length === 2,
      () => member.describe(),
    );
    expect(await relay.store.room(document.roomId)).toBeUndefined();
  });

  test('[J2][G6] a viewer cannot pass for an editor with another edit key', async () => {
    const document = newDocument();
    await relay.join(document, { create: true });
    const thief = newDocument();
    const member = await relay.connect();
    const { viewPublicKey } = document.keys('view');
    const keys = { ...thief.keys('edit'), viewPublicKey };
    member.send({
      event: 'join',
      message: {
        ...joinOf(thief, { nonce: member.hello.nonce, host: member.host, roomId: document.roomIdBytes }),
        keys,
      },
    });
    await member.refusal('bad-proof');
  });

  test('[J3] a wrong signature, and one for another nonce, room or role, is refused', async () => {
    const document = newDocument();
    await relay.join(document, { create: true });
    const member = await relay.connect();
    const { nonce } = member.hello;
    const { host } = member;
    const right = joinOf(document, { nonce, host });
    const replayed = joinOf(document, { nonce: randomEntry(32), host });
    const otherRole = joinOf(document, { nonce, host, role: 'view' });
    const changed = new Uint8Array(right.signature);
    changed[10] = (changed[10] ?? 0) ^ 1;
    for (const signature of [changed, replayed.signature, otherRole.signature, randomEntry(64)]) {
      const before = member.all('refused').length;
      member.send({ event: 'join', message: { ...right, signature } });
      await eventually(
        'a refusal',
        () => member.all('refused').length > before,
        () => member.describe(),
      );
      expect(member.last('refused')).toMatchObject({ code: 'bad-proof', ref: undefined });
    }
    expect(member.all('joined')).toEqual([]);
  });

  test('[J3] a proof for another host is refused, and so is a host the relay is not configured for', async () => {
    const document = newDocument();
    const member = await relay.connect();
    member.sendJoin(document, { host: 'elsewhere.example:4040', create: true });
    await member.refusal('wrong-host');
    await relay.close();
    relay = await ListeningRelay.start({ config: { publicHosts: ['notes.example'] } });
    const other = await relay.connect();
    other.sendJoin(document, { create: true });
    await other.refusal('wrong-host');
  });

  test('[J4] joined names head, start and bytes; a second join replaces the first', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    await ann.appended(1, randomEntry(500));
    const bob = await relay.connect();
    const joined = await bob.join(document, { role: 'view' });
    expect(joined).toMatchObject({ role: 'view', start: 'log', from: { seq: 0 }, streamBytes: 500 });
    await ann.liveWith(1);
    expect(joined.head).toEqual(ann.cursor(joined.from));
    const second = newDocument();
    const again = await bob.join(second, { create: true });
    expect(again.memberId).not.toBe(joined.memberId);
    await eventually(
      'Ann is told that Bob left',
      () => ann.all('left').flat().includes(joined.memberId),
      () => ann.describe(),
    );
    await ann.appended(2, randomEntry());
    await bob.appended(1, randomEntry());
    await bob.liveWith(1);
    expect([...bob.entries.keys()]).toEqual([1]);
  });

  test('[J5] a join makes no room unless an editor asks for it', async () => {
    const document = newDocument();
    const member = await relay.connect();
    member.sendJoin(document);
    await member.refusal('unknown-document');
    member.sendJoin(document, { role: 'view', create: true });
    await eventually(
      'a second refusal',
      () => member.all('refused').length === 2,
      () => member.describe(),
    );
    expect(await relay.store.room(document.roomId)).toBeUndefined();
    await member.join(document, { create: true });
    expect(await relay.store.room(document.roomId)).toBeDefined();
  });

  test('[J5] editors that create one room together get the same room', async () => {
    const document = newDocument();
    const members = await Promise.all(Array.from({ length: 8 }, () => relay.connect()));
    const joined = await Promise.all(members.map((member) => member.join(document, { create: true })));
    expect(new Set(joined.map(({ from }) => Buffer.from(from.mark).toString('hex'))).size).toBe(1);
    expect(new Set(joined.map(({ memberId }) => memberId)).size).toBe(8);
    const seqs = await Promise.all(members.map((member, i) => member.appended(1, randomEntry(10 + i))));
    expect(seqs.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const member of members) await member.liveWith(8);
  });

  test('[J6] a private relay lets nobody in without its token', async () => {
    await relay.close();
    relay = await ListeningRelay.start({ config: { token: 'sesame' } });
    const document = newDocument();
    const member = await relay.connect();
    expect(member.hello.tokenRequired).toBe(true);
    member.sendJoin(document, { create: true });
    await member.refusal('token-required');
    await member.join(document, { create: true, token: 'sesame' });
  });

  test('[J7] nothing else is taken before joined', async () => {
    const member = await relay.connect();
    member.append(7, randomEntry());
    expect(await member.refusal('wrong-state')).toMatchObject({ ref: 7 });
    member.send({ event: 'presence', message: { counter: 1, sealed: randomEntry() } });
    const snapshot = { ref: 9, previousSeq: 0, cursor: { seq: 0, mark: randomEntry(16) }, unopened: [] };
    member.send({ event: 'snapshot', message: snapshot });
    await eventually(
      'three refusals',
      () => member.all('refused').length === 3,
      () => member.describe(),
    );
    expect(member.all('refused').map(({ code, ref }) => [code, ref])).toEqual([
      ['wrong-state', 7],
      ['wrong-state', undefined],
      ['wrong-state', 9],
    ]);
    member.send({ event: 'confirm', message: { bytes: 5 } });
    member.send({ event: 'leave', message: null });
    await member.join(newDocument(), { create: true });
    expect(member.all('refused')).toHaveLength(3);
  });

  test('[C1] snapshots are refused, the room goes on', async () => {
    const member = await relay.join(newDocument(), { create: true });
    const snapshot = { ref: 4, previousSeq: 0, cursor: { seq: 0, mark: randomEntry(16) }, unopened: [] };
    member.send({ event: 'snapshot', message: snapshot });
    expect(await member.refusal('unsupported')).toMatchObject({ ref: 4 });
    await member.appended(5, randomEntry());
  });
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
    await eventually(
      'a second refusal',
      () => member.all('refused').length === 2,
      () => member.describe(),
    );
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
    await eventually(
      'a place is free again',
      async () => {
        const next = RawMember.start(relay.url);
        await eventually(
          'an answer',
          () => next.received.length > 0,
          () => next.describe(),
        );
        next.close();
        return next.last('hello') !== undefined;
      },
      () => 'still too busy',
    );
  });
});

/** Sends one frame past the client's own encoder. */
function sendRaw(member: RawMember, frame: string | Uint8Array): void {
  member.socket.io.engine.write(typeof frame === 'string' ? frame : Buffer.from(frame));
}
