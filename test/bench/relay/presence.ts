import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectMembers } from './crowd.ts';
import { InkroomMember } from './inkroom-member.ts';
import { note, type Scenario } from './scenario.ts';
import { Typing } from './typing.ts';

const memberCount = 500;
const typistCount = 10;
const typedPerSecond = 10;
const movesPerSecond = 10;
/** A sealed name, colour and two positions. */
const sealedBytes = 160;
const probeEvery = 25;

/** A crowd that moves its cursors while some type. */
export const presence: Scenario = {
  name: 'presence',
  title: '500 members move cursors at 10/s, 10 of them type at 10/s',
  systems: ['Inkroom'],
  context: [],
  run: async (system, { quick }) => {
    const server = await system.start();
    const typing = new Typing(system.makeEdits(), typedPerSecond);
    try {
      const members = await connectMembers(
        system,
        server,
        memberCount,
        () => 'presence',
        (i) => (i % probeEvery === probeEvery - 1 ? typing.probe() : undefined),
      );
      const inkroom = members.filter((member) => member instanceof InkroomMember);
      const writers = members.slice(0, typistCount).map((member, writer) => ({ member, writer }));
      const window = { warmMs: 1000, windowMs: quick ? 3000 : 6000 };
      const without = await typing.measure(server, writers, window);
      const cursors = new Cursors(inkroom);
      await delay(2000);
      const framesBefore = presenceFrames(inkroom);
      const startMs = performance.now();
      const with_ = await typing.measure(server, writers, window);
      const seconds = (performance.now() - startMs) / 1000;
      const frames = presenceFrames(inkroom) - framesBefore;
      await cursors.stop();
      note(`without ${JSON.stringify(without)}, with ${JSON.stringify(with_)}`);
      return {
        'p99 of edits without presence, ms': without.p99,
        'p99 of edits with presence, ms': with_.p99,
        'presence frames a second for each member': frames / memberCount / seconds,
        'server CPU without presence, cores': without.serverLoad,
        'server CPU with presence, cores': with_.serverLoad,
        'generator CPU, cores': with_.generatorLoad,
      };
    } finally {
      await server.stop();
    }
  },
};

function presenceFrames(members: readonly InkroomMember[]): number {
  return members.reduce((sum, member) => sum + member.presenceFrames, 0);
}

/** Every member sends its presence at a steady rate, evenly spread. */
class Cursors {
  readonly #members: readonly InkroomMember[];
  readonly #sealed = randomBytes(sealedBytes);
  readonly #done: Promise<void>;
  #moving = true;

  constructor(members: readonly InkroomMember[]) {
    this.#members = members;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#moving = false;
    await this.#done;
  }

  async #run(): Promise<void> {
    const startMs = performance.now();
    const everyMs = 1000 / (movesPerSecond * this.#members.length);
    for (let next = 0; this.#moving; await delay(1)) {
      for (; startMs + next * everyMs <= performance.now() && this.#moving; next++) {
        this.#members[next % this.#members.length]?.sendPresence(next + 1, this.#sealed);
      }
    }
  }
}
