import { setTimeout as delay } from 'node:timers/promises';
import { connectMembers } from './crowd.ts';
import { note, type Scenario } from './scenario.ts';
import type { BenchMember, SystemName } from './systems.ts';
import { Typing } from './typing.ts';

const perSecond = 2;
const goodMs = 200;
/** About this many members at `starts` look at each edit. */
const probesAtStart = 16;
/** Where the search starts. It finds the same knee from anywhere, later. */
const starts: { readonly [Name in SystemName]: number } = {
  Inkroom: 1000,
  Hocuspocus: 300,
  'y-websocket': 80,
  'y-socket.io': 50,
  'bare ws': 80,
  'bare Socket.IO': 50,
  'bare Socket.IO, msgpack': 80,
};
const mostMembers = 4500;

/** One room, everyone typing: the most members for which an edit arrives in time. */
export const knee: Scenario = {
  name: 'knee',
  title: 'One room, everyone typing at 2/s',
  systems: ['Inkroom', 'Hocuspocus', 'y-websocket'],
  context: ['y-socket.io', 'bare Socket.IO'],
  run: async (system, { quick }) => {
    const server = await system.start();
    const probeEvery = Math.ceil(starts[system.name] / probesAtStart);
    try {
      let good = { members: 0, p99: 0, serverLoad: 0, generatorLoad: 0 };
      let bad = Number.POSITIVE_INFINITY;
      let next = starts[system.name];
      while (next <= mostMembers) {
        const typing = new Typing(system.makeEdits(), perSecond);
        // A room of its own: nobody has to read all that was typed before.
        const members = await connectMembers(
          system,
          server,
          next,
          () => `knee-${next}`,
          (i) => (i % probeEvery === 0 ? typing.probe(i) : undefined),
        );
        await delay(500);
        const measured = await typing.measure(server, writersOf(members), {
          warmMs: 1000,
          windowMs: quick ? 1500 : 2500,
          probingWriters: Math.ceil(members.length / probeEvery),
        });
        for (const member of members) member.close();
        await delay(500);
        const { p99, serverLoad, generatorLoad } = measured;
        note(
          `${system.name}: ${next} members, p99 ${p99.toFixed(0)} ms, server ${serverLoad.toFixed(2)}, generator ${generatorLoad.toFixed(2)}, missing ${measured.missing}`,
        );
        if (p99 < goodMs && measured.missing === 0) good = { members: next, p99, serverLoad, generatorLoad };
        else bad = next;
        if (bad / good.members < (quick ? 1.25 : 1.08)) break;
        next =
          bad === Number.POSITIVE_INFINITY
            ? Math.round(next * 1.5)
            : Math.round(good.members === 0 ? next * 0.6 : Math.sqrt(good.members * bad));
      }
      return {
        'knee, members': good.members,
        'p99 at the knee, ms': good.p99,
        'server CPU at the knee, cores': good.serverLoad,
        'generator CPU at the knee, cores': good.generatorLoad,
      };
    } finally {
      await server.stop();
    }
  },
};

function writersOf(members: readonly BenchMember[]) {
  return members.map((member, writer) => ({ member, writer }));
}
