import { connectMembers } from './crowd.ts';
import { note, type Scenario } from './scenario.ts';
import type { ServerProcess } from './server-process.ts';
import type { BenchMember, System } from './systems.ts';
import { Typing } from './typing.ts';

const writerCount = 10;
const perSecond = 10;
const sizes = [10, 100, 400, 1000];
/** Above this, servers that send each edit by itself are far behind within a second. */
const mostForContext = 100;
/** Readers that look at every edit, spread over the order in which they joined; all of the smallest room. */
const isProbe = (i: number) => i < 10 || i % 10 === 0;

/** One room, ten people typing, more and more reading; and a room of two, where nothing else goes on. */
export const readers: Scenario = {
  name: 'readers',
  title: 'One room, 10 writers at 10/s',
  systems: ['Inkroom', 'Hocuspocus', 'bare Socket.IO'],
  context: ['y-websocket', 'y-socket.io', 'bare ws', 'bare Socket.IO, msgpack'],
  run: async (system, { quick }) => {
    const server = await system.start();
    const members: BenchMember[] = [];
    try {
      const figures: Record<string, number> = await quietRoom(system, server, quick);
      const typing = new Typing(system.makeEdits(), perSecond);
      members.push(...(await connectMembers(system, server, writerCount, () => 'readers')));
      const writers = members.map((member, writer) => ({ member, writer }));
      const compared = system.name === 'Inkroom' || system.name === 'Hocuspocus';
      for (const size of sizes.filter((size) => compared || size <= mostForContext)) {
        const before = members.length - writerCount;
        const more = await connectMembers(
          system,
          server,
          size - before,
          () => 'readers',
          (i) => (isProbe(before + i) ? typing.probe() : undefined),
        );
        members.push(...more);
        const measured = await typing.measure(server, writers, {
          warmMs: quick ? 500 : 1000,
          windowMs: quick ? 1500 : 4000,
        });
        const { p50, p99, serverLoad, generatorLoad, edits, serverCpuSeconds, missing } = measured;
        note(
          `${system.name}: ${size} readers, p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms, server ${serverLoad.toFixed(2)}, ` +
            `generator ${generatorLoad.toFixed(2)}, missing ${missing}`,
        );
        figures[`${size} readers: p50, ms`] = p50;
        figures[`${size} readers: p99, ms`] = p99;
        // Deliveries to the readers and to the other writers.
        const deliveries = edits * (size + writerCount - 1);
        figures[`${size} readers: CPU s per 1,000 deliveries`] = (serverCpuSeconds / deliveries) * 1000;
      }
      return figures;
    } finally {
      for (const member of members) member.close();
      await server.stop();
    }
  },
};

async function quietRoom(system: System, server: ServerProcess, quick: boolean) {
  const typing = new Typing(system.makeEdits(), perSecond);
  const [reader] = await connectMembers(
    system,
    server,
    1,
    () => 'quiet',
    () => typing.probe(),
  );
  const [writer] = await connectMembers(system, server, 1, () => 'quiet');
  if (reader === undefined || writer === undefined) throw new Error('no members');
  const { p50, p99 } = await typing.measure(server, [{ member: writer, writer: 0 }], {
    warmMs: 500,
    windowMs: quick ? 1500 : 5000,
  });
  for (const member of [reader, writer]) member.close();
  return { 'quiet room: p50, ms': p50, 'quiet room: p99, ms': p99 };
}
