import { describe, expect, it } from 'vitest';
import { type Connection, type ConnectionEvent, maySend, transition } from '../../sync/connection.ts';

/** Runs events over a fresh connection, a millisecond each; gives where it ends and every effect on the way. */
function run(...events: readonly ConnectionEvent[]): { connection: Connection; effects: string[] } {
  let connection: Connection = { state: 'loading' };
  const effects: string[] = [];
  events.forEach((event, nowMs) => {
    const step = transition(connection, event, nowMs);
    connection = step.next;
    effects.push(...step.effects);
  });
  return { connection, effects };
}

const loaded = { type: 'loaded' } as const;
const greeted = { type: 'greeted', versionFits: true } as const;
const joined = { type: 'joined', totalBytes: 100 } as const;
const caughtUp = { type: 'caught-up', mustCheck: false } as const;
const lost = { type: 'lost' } as const;
const toLive = [loaded, greeted, joined, caughtUp] as const;
const refused = (code: string, canPublish = false) =>
  ({ type: 'refused', code, detail: 'why', canPublish }) as const;

describe('connection', () => {
  it('goes from the journal over the join to live', () => {
    expect(run(loaded)).toEqual({ connection: { state: 'connecting' }, effects: ['connect'] });
    expect(run(loaded, greeted)).toEqual({ connection: { state: 'joining' }, effects: ['connect', 'join'] });
    expect(run(loaded, greeted, joined, { type: 'progress', bytes: 40 }).connection).toEqual({
      state: 'catching-up',
      receivedBytes: 40,
      totalBytes: 100,
    });
    expect(run(...toLive).connection).toEqual({ state: 'live' });
  });

  it('[G4] is not live before what the relay lacks has been found out', () => {
    const mustCheck = run(loaded, greeted, joined, { type: 'caught-up', mustCheck: true });
    expect(mustCheck.connection).toEqual({ state: 'checking' });
    expect(maySend(mustCheck.connection)).toBe(true);
    expect(
      run(loaded, greeted, joined, { type: 'caught-up', mustCheck: true }, { type: 'checked' }).connection,
    ).toEqual({
      state: 'live',
    });
  });

  it('[G4] keeps the moment it went offline through failed attempts', () => {
    expect(run(...toLive, lost, lost, lost).connection).toEqual({
      state: 'offline',
      sinceMs: 4,
      asked: false,
    });
    expect(run(...toLive, lost, greeted).effects.at(-1)).toBe('join');
  });

  it('offline by wish stays so, whatever the network does, until asked', () => {
    const asked = run(...toLive, { type: 'asked-offline' }, lost, greeted);
    expect(asked.connection).toEqual({ state: 'offline', sinceMs: 4, asked: true });
    expect(run(...toLive, { type: 'asked-offline' }, { type: 'asked-online' }).effects.slice(-2)).toEqual([
      'disconnect',
      'connect',
    ]);
  });

  it('[R1] a refusal that may pass pauses, a final one stops and says so', () => {
    const passing = run(...toLive, refused('store-failed'));
    expect(passing.connection).toMatchObject({ state: 'offline', asked: false });
    expect(passing.effects.at(-1)).toBe('pause');
    const final = run(...toLive, refused('bad-proof'), lost, greeted);
    expect(final.connection).toEqual({ state: 'refused', code: 'bad-proof', detail: 'why' });
    expect(final.effects.at(-1)).toBe('disconnect');
    expect(run(...toLive, refused('from-the-future')).connection).toMatchObject({
      state: 'refused',
      code: 'unknown',
    });
  });

  it('a damaged copy stops, and is its own code: no relay can say it', () => {
    expect(run(...toLive, { type: 'damaged' }).connection).toEqual({
      state: 'refused',
      code: 'damaged-copy',
      detail: '',
    });
    expect(run(...toLive, refused('damaged-copy')).connection).toMatchObject({ code: 'unknown' });
  });

  it('[J5] publishes an unknown document only where there is one to publish', () => {
    expect(run(loaded, greeted, refused('unknown-document')).connection).toMatchObject({ state: 'refused' });
    const publish = run(loaded, greeted, refused('unknown-document', true));
    expect(publish.connection).toEqual({ state: 'joining' });
    expect(publish.effects.at(-1)).toBe('join-to-publish');
  });

  it('[S1] another history is fetched from its start', () => {
    for (const before of [toLive, toLive.slice(0, 3), toLive.slice(0, 2)]) {
      const anew = run(...before, { type: 'not-my-history' });
      expect(anew.connection).toEqual({ state: 'joining' });
      expect(anew.effects.at(-1)).toBe('join-anew');
    }
  });

  it('[J1] another version of the protocol is refused here', () => {
    expect(run(loaded, { type: 'greeted', versionFits: false }).connection).toMatchObject({
      code: 'wrong-version',
    });
  });

  it('closed is the end', () => {
    const closed = run(...toLive, { type: 'asked-close' }, loaded, { type: 'asked-online' }, greeted, lost);
    expect(closed.connection).toEqual({ state: 'closed' });
    expect(closed.effects.at(-1)).toBe('disconnect');
  });
});
