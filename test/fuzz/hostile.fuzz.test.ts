import { test } from 'vitest';
import type { DocumentKeys } from '../../sync/keys.ts';
import { withstand } from './besieged-relay.ts';
import { overWebSocket } from './hostile-layers.ts';
import { HostileRun } from './hostile-run.ts';

const messages = Number(process.env.MESSAGES ?? 100_000);
const attackersAtOnce = Number(process.env.AT_ONCE ?? 24);
const seed = Number(process.env.SEED ?? 1);
const replay = `MESSAGES=${messages} SEED=${seed} npm run test:fuzz -- hostile.fuzz`;
const attackers = (url: string, viewer: DocumentKeys, of: number) =>
  new HostileRun(overWebSocket, url, viewer, of);

test(
  `[G8] [G3] [G7] ${messages} hostile messages are each refused as they should be; who writes meanwhile loses nothing, and nothing is stored`,
  () => withstand({ attackers, messages, attackersAtOnce, seed, replay }),
  Math.max(180_000, messages * 6),
);
