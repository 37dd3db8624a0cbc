import { describe, expect, test } from 'vitest';
import { relieve } from '../../relay-server/backlog.ts';
import { FrameOutlet } from '../../relay-server/frame-outlet.ts';
import { SocketLink } from '../../relay-server/socket-link.ts';

const MIB = 1024 * 1024;

/** A link whose network takes nothing. */
function stuckLink() {
  const backlog: { data: Uint8Array }[] = [];
  let cuts = 0;
  const link = new SocketLink({
    socket: { disconnect: () => {} },
    requestedHost: 'relay.test',
    remoteAddress: '192.0.2.1',
    send: (_event, data) => backlog.push({ data }),
    outlet: new FrameOutlet({
      readyState: 'open',
      transport: {},
      write: (data: Uint8Array) => backlog.push({ data }),
    }),
    backlog: () => backlog,
    setReading: () => {},
    cut: () => {
      cuts += 1;
      backlog.length = 0;
    },
  });
  return { link, backlog, cuts: () => cuts };
}

/** How many payloads of this size are sent before the link is cut. */
function sentUntilCut(bytes: number, atMost: number): number {
  const { link, cuts } = stuckLink();
  const payload = new Uint8Array(bytes);
  for (let sent = 0; sent < atMost; sent++) {
    if (cuts() > 0) return sent;
    link.send('refused', payload);
  }
  return atMost;
}

describe('what waits for a client that does not read', () => {
  test('[G7] large and small messages both count: the connection is cut at 8 MiB of memory', () => {
    expect(sentUntilCut(64 * 1024, 1000) * 64 * 1024).toBeLessThan(13 * MIB);
    expect(sentUntilCut(20, 200_000)).toBeLessThan(20_000);
  });

  test('[G7] a backlog that was taken and grows again is counted anew', () => {
    const { link, backlog, cuts } = stuckLink();
    for (let i = 0; i < 10_000; i++) link.send('refused', new Uint8Array(20));
    backlog.length = 0;
    for (let i = 0; i < 150; i++) link.send('entries', new Uint8Array(64 * 1024));
    expect(cuts()).toBe(1);
  });

  test('[G7] when all together have too much, those with most are ended until half is left', () => {
    const ended: number[] = [];
    const waiting = [10, 40, 30, 20, 5].map((bytes) => ({ bytes, cut: () => ended.push(bytes) }));
    relieve(waiting, 105);
    expect(ended).toEqual([]);
    relieve(waiting, 104);
    expect(ended).toEqual([40, 30]);
  });
});
