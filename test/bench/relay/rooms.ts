import { connectMembers } from './crowd.ts';
import type { Scenario } from './scenario.ts';
import type { BenchMember } from './systems.ts';
import { Typing } from './typing.ts';

const perSecond = 2;
const fullRooms = 500;
const quickRooms = 200;

/** Many rooms of two, in each of which one types. */
export const rooms: Scenario = {
  name: 'rooms',
  title: '500 rooms of 2, one of each types at 2/s',
  systems: ['Inkroom', 'Hocuspocus', 'y-websocket'],
  context: ['y-socket.io', 'bare ws', 'bare Socket.IO', 'bare Socket.IO, msgpack'],
  run: async (system, { quick }) => {
    const count = quick ? quickRooms : fullRooms;
    const server = await system.start();
    const members: BenchMember[] = [];
    try {
      const typing = new Typing(system.makeEdits(), perSecond, 1);
      const room = (i: number) => `room-${i}`;
      const typists = await connectMembers(system, server, count, room);
      members.push(...typists);
      members.push(...(await connectMembers(system, server, count, room, () => typing.probe())));
      const writers = typists.map((member, writer) => ({ member, writer }));
      const { p50, p99, serverCpuSeconds, edits, generatorLoad } = await typing.measure(server, writers, {
        warmMs: 1500,
        windowMs: quick ? 2000 : 5000,
      });
      return {
        'p50, ms': p50,
        'p99, ms': p99,
        'CPU s per 1,000 deliveries': (serverCpuSeconds / edits) * 1000,
        'generator CPU, cores': generatorLoad,
      };
    } finally {
      for (const member of members) member.close();
      await server.stop();
    }
  },
};
