import type { OnEdit } from './edits.ts';
import type { ServerProcess } from './server-process.ts';
import type { BenchMember, System } from './systems.ts';

/** Connections being made at once. */
const atOnce = 25;
const joinWithinMs = 60_000;

/** Connects `count` members, `room` and `onEdit` by number, and waits until all are in. */
export async function connectMembers(
  system: System,
  server: ServerProcess,
  count: number,
  room: (i: number) => string,
  onEdit: (i: number) => OnEdit | undefined = () => undefined,
): Promise<BenchMember[]> {
  const members: BenchMember[] = [];
  for (let first = 0; first < count; first += atOnce) {
    const some: BenchMember[] = [];
    for (let i = first; i < Math.min(count, first + atOnce); i++) {
      some.push(system.connect({ port: server.port, room: room(i), onEdit: onEdit(i) }));
    }
    await allReady(some);
    members.push(...some);
  }
  return members;
}

/** Resolves when all are in their rooms; throws when that takes too long. */
export async function allReady(members: readonly { readonly ready: Promise<void> }[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('members did not get into their room')), joinWithinMs);
  });
  try {
    await Promise.race([Promise.all(members.map(({ ready }) => ready)), late]);
  } finally {
    clearTimeout(timer);
  }
}
