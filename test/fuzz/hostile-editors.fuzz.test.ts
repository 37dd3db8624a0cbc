import { test } from 'vitest';
import { RawWebSocket } from '../relay/raw-web-socket.ts';
import { withstand } from './besieged-relay.ts';
import { HostileEditors } from './hostile-editors.ts';
import { PollingLine } from './polling-line.ts';

/** A message of an editor costs about so many times one that is refused: most are written. */
const times = 40;
const messages = Math.ceil(Number(process.env.MESSAGES ?? 100_000) / times);
const attackersAtOnce = Number(process.env.AT_ONCE ?? 16);
const seed = Number(process.env.SEED ?? 1);
const replay = `MESSAGES=${messages * times} SEED=${seed} npm run test:fuzz -- hostile-editors`;
const deadlineMs = Math.max(180_000, messages * times * 6);

test(
  `[G8] [G7] ${messages} messages of hostile editors: what is taken is stored as it was acknowledged, the rest is refused as it should be, and who writes meanwhile loses nothing`,
  () =>
    withstand({
      attackers: (url, _, of) => new HostileEditors({ open: (at) => RawWebSocket.greeted(at) }, url, of),
      ...{ messages, attackersAtOnce, seed, replay },
    }),
  deadlineMs,
);

test(
  `[G8] [G9] the same over HTTP long-polling`,
  () =>
    withstand({
      attackers: (url, _, of) => new HostileEditors({ open: (at) => PollingLine.greeted(at) }, url, of),
      ...{ messages: Math.ceil(messages / 10), attackersAtOnce, seed, replay },
    }),
  deadlineMs,
);

/** Where attackers are, as a relay is told by what it takes for a proxy; who writes meanwhile is on this computer. */
const elsewhere = ['X-Forwarded-For: 192.0.2.66'];

test(
  '[G8] [R3] the same at a relay with its usual limits, and floods: those limits are met by whoever floods, and by nobody at another address',
  () =>
    withstand({
      attackers: (url, _, of) =>
        new HostileEditors({ open: (at) => RawWebSocket.greeted(at, elsewhere), isBounded: true }, url, of),
      args: ['--trusted-proxy', '127.0.0.1', '--join-within', '600s'],
      ...{ messages: Math.ceil(messages / 10), attackersAtOnce, seed, replay },
    }),
  deadlineMs,
);
