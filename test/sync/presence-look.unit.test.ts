import { describe, expect, it } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { chooseLook, type HeldLook } from '../../sync/presence-look.ts';
import { encodePresence, lineCount, paletteSize, parsePresence } from '../../sync/presence-state.ts';
import { seal } from '../../sync/sealing.ts';
import { MemoryRoom } from '../fuzz/memory-room.ts';

/** The looks as someone sees them, by name. */
function looksSeenBy(provider: {
  readonly awareness: { getStates(): Map<number, Record<string, unknown>> };
}) {
  const looks = new Map<string, string>();
  for (const state of provider.awareness.getStates().values()) {
    const { name, color, line } = state.user as { name: string; color: number; line: number };
    looks.set(name, `${color}/${line}`);
  }
  return looks;
}

describe('how people are told apart', () => {
  it('the one who came later gives way, and only that one', () => {
    const first: HeldLook = { clientId: 9, sinceMs: 1, color: 2, line: 0 };
    const second: HeldLook = { clientId: 4, sinceMs: 2, color: 2, line: 0 };
    expect(chooseLook(2, first, [second])).toEqual({ color: 2, line: 0 });
    expect(chooseLook(2, second, [first])).toEqual({ color: 2, line: 1 });
    const moved = { ...second, line: 1 };
    expect(chooseLook(2, moved, [])).toEqual({ color: 2, line: 1 });
  });

  it('those who give way at the same moment take different looks, each without knowing of the others’ choice', () => {
    const all = [1, 2, 3, 4, 5].map((clientId) => ({ clientId, sinceMs: clientId, color: 2, line: 0 }));
    const chosen = all.map((own) =>
      chooseLook(
        2,
        own,
        all.filter((other) => other !== own),
      ),
    );
    expect(chosen.map(({ color, line }) => `${color}/${line}`)).toEqual(['2/0', '2/1', '2/2', '2/3', '3/0']);
  });

  it('at the same moment the client ID decides', () => {
    const a: HeldLook = { clientId: 1, sinceMs: 5, color: 0, line: 0 };
    const b: HeldLook = { ...a, clientId: 2 };
    expect([chooseLook(0, a, [b]), chooseLook(0, b, [a])]).toEqual([
      { color: 0, line: 0 },
      { color: 0, line: 1 },
    ]);
  });

  it('as many as there are looks are all different, whatever they want', () => {
    const all: HeldLook[] = [];
    for (let clientId = 0; clientId < paletteSize * lineCount; clientId++) {
      const own = { clientId, sinceMs: clientId, color: 7, line: 0 };
      all.push({ ...own, ...chooseLook(7, own, all) });
    }
    expect(new Set(all.map(({ color, line }) => `${color}/${line}`)).size).toBe(paletteSize * lineCount);
    const oneMore = { clientId: 99, sinceMs: 99, color: 7, line: 0 };
    expect(chooseLook(7, oneMore, all)).toEqual({ color: 7, line: 0 });
  });

  it('twenty people of one colour are different and the same for every viewer, and stay so when some go and others come', async () => {
    const room = new MemoryRoom();
    const people = Array.from({ length: 20 }, (_, i) => {
      const one = room.open({ create: true });
      one.setUser({ name: `Person ${i}`, color: 5 });
      return one;
    });
    await room.settle();
    const [first, ...others] = people;
    if (first === undefined) throw new Error('nobody');
    const before = looksSeenBy(first);
    expect(new Set(before.values()).size).toBe(20);
    for (const other of others) expect(looksSeenBy(other)).toEqual(before);
    for (const gone of people.splice(3, 5)) await gone.close();
    people.push(room.open());
    await room.settle();
    const after = looksSeenBy(first);
    for (const [name, look] of after) if (before.has(name)) expect(look, name).toBe(before.get(name));
    expect(new Set(after.values()).size).toBe(16);
  });
});

describe('a presence', () => {
  const position = { type: null, tname: 'content', item: { client: 4_294_967_295, clock: 1e9 }, assoc: 0 };

  it('[P1] fits into its limit with the longest name, and leaves out where its holder reads before it does not', () => {
    const user = { name: '👩‍👩‍👧‍👦'.repeat(6).slice(0, 60), color: 7, line: 3, sinceMs: Date.now() };
    const check = {
      seq: 1e9,
      mark: `${'f'.repeat(32)} without ${'f'.repeat(32)}`,
      fingerprint: 'f'.repeat(32),
      text: 'f'.repeat(32),
      editKey: 'f'.repeat(64),
      signature: 'f'.repeat(128),
    };
    const view = { top: position, bottom: position };
    const local = { user, cursor: { anchor: position, head: position }, view, idle: true };
    const body = encodePresence(4_294_967_295, local, check, limits.presenceBytes - 64);
    const state = parsePresence(body);
    expect(state).toMatchObject({ user, view, idle: true, check });
    const key = { roomId: new MemoryRoom().keys.roomId, contentKey: new Uint8Array(32) };
    expect(seal(key, 'presence', body).length).toBeLessThanOrEqual(limits.presenceBytes);
    const cut = encodePresence(
      1,
      { ...local, view: { top: 'x'.repeat(3000) } },
      check,
      limits.presenceBytes - 64,
    );
    expect(parsePresence(cut)).toMatchObject({ user, view: undefined });
  });

  it('of another program is brought within bounds', () => {
    const body = new TextEncoder().encode(
      JSON.stringify({ clientId: 1, user: { name: 'M', color: 9, line: 6, sinceMs: -1 }, idle: 'yes' }),
    );
    const user = { name: 'M', color: 1, line: 2, sinceMs: 0 };
    expect(parsePresence(body)).toMatchObject({ user, idle: false });
  });
});
