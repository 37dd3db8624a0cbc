import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { allReady } from './crowd.ts';
import { InkroomMember } from './inkroom-member.ts';
import { systems } from './systems.ts';

/** Many who join a room at once, in a process of their own: it shares a core with whoever measures, and does not block them. */
export interface Storm {
  /** Lets all of them join; resolves when all have everything. */
  break(): Promise<void>;
  stop(): void;
}

interface StormPlan {
  readonly system: keyof typeof systems;
  readonly port: number;
  readonly room: string;
  readonly count: number;
  /** What each of them has to get. */
  readonly documentBytes: number;
}

/** Starts the process and connects what can be connected before. */
export async function prepareStorm(plan: StormPlan): Promise<Storm> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(plan)]);
  await told(child, 'prepared');
  return {
    break: async () => {
      const done = told(child, 'over');
      child.send('break');
      await done;
    },
    stop: () => child.kill(),
  };
}

async function told(child: ChildProcess, wanted: string): Promise<void> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process with the joiners has ended');
  });
  const heard = once(child, 'message').then(([message]) => {
    if (message !== wanted) throw new Error(`the joiners said ${String(message)}`);
  });
  await Promise.race([heard, ended]);
  ended.catch(() => undefined);
}

const [plan] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url) && plan !== undefined) await beStorm(JSON.parse(plan));

async function beStorm({ system, port, room, count, documentBytes }: StormPlan): Promise<void> {
  const crowd = Array.from({ length: count });
  const early = system === 'Inkroom' ? crowd.map(() => new InkroomMember({ port, room, waits: true })) : [];
  await Promise.all(early.map(({ greeted }) => greeted));
  process.once('message', async () => {
    for (const member of early) member.join();
    const joiners = early.length > 0 ? early : crowd.map(() => systems[system].connect({ port, room }));
    await allReady(joiners);
    const short = joiners.filter(({ bytes }) => bytes < documentBytes);
    if (short.length > 0) throw new Error(`${short.length} joiners did not get all of the document`);
    for (const joiner of joiners) joiner.close();
    process.send?.('over');
  });
  process.send?.('prepared');
}
