import { test } from 'vitest';
import type { DocumentKeys } from '../../sync/keys.ts';
import { withstand } from './besieged-relay.ts';
import { overPolling } from './hostile-requests.ts';
import { HostileRun } from './hostile-run.ts';

/** A message over HTTP costs about so many times one over WebSocket. */
const times = 12;
const messages = Math.ceil(Number(process.env.MESSAGES ?? 100_000) / times);
const attackersAtOnce = Number(process.env.AT_ONCE ?? 24);
const seed = Number(process.env.SEED ?? 1);
const replay = `MESSAGES=${messages * times} SEED=${seed} npm run test:fuzz -- hostile-polling`;
const attackers = (url: string, viewer: DocumentKeys, of: number) =>
  new HostileRun(overPolling, url, viewer, of);

test(
  `[G8] [G9] [G7] ${messages} hostile messages over HTTP long-polling, and requests that are wrong: each is refused as it should be; who writes meanwhile loses nothing, and nothing is stored`,
  () => withstand({ attackers, messages, attackersAtOnce, seed, replay }),
  Math.max(180_000, messages * times * 6),
);
