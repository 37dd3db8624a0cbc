import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { joinOf, newDocument, randomEntry } from './test-document.ts';

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
    await waitFor('a second refusal', () => member.all('refused').length === 2, {
      seen: () => member.describe(),
    });
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
      await waitFor('a refusal', () => member.all('refused').length > before, {
        seen: () => member.describe(),
      });
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
    await waitFor('Ann is told that Bob left', () => ann.all('left').flat().includes(joined.memberId), {
      seen: () => ann.describe(),
    });
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
    await waitFor('a second refusal', () => member.all('refused').length === 2, {
      seen: () => member.describe(),
    });
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
    await waitFor('three refusals', () => member.all('refused').length === 3, {
      seen: () => member.describe(),
    });
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

  test('[C4] a snapshot that nobody asked for is refused, and the room goes on', async () => {
    const member = await relay.join(newDocument(), { create: true });
    const snapshot = { ref: 4, previousSeq: 0, cursor: { seq: 0, mark: randomEntry(16) }, unopened: [] };
    member.send({ event: 'snapshot', message: snapshot });
    expect(await member.refusal('wrong-state')).toMatchObject({ ref: 4 });
    await member.appended(5, randomEntry());
  });
});
