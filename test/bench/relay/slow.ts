import { waitFor } from '../../app/wait-for.ts';
import { connectMembers } from './crowd.ts';
import { SealedEdits } from './edits.ts';
import { InkroomMember } from './inkroom-member.ts';
import { RssWatch } from './rss-watch.ts';
import { note, type Scenario } from './scenario.ts';
import { Typing } from './typing.ts';

const mebibyte = 1024 * 1024;
/** 40 entries a second of 8 KiB: 20 MB in a minute. */
const entryBytes = 8 * 1024;
const perSecond = 40;
const readerCount = 10;
const sipBytes = 1024;
const stopMs = 15_000;
const pongEveryMs = 5000;

/** Readers that hardly read while much goes by, and readers that stop; over both transports. */
export const slow: Scenario = {
  name: 'slow',
  title: 'A reader at 1 KB/s for a minute while 20 MB go by, and one that stops for 15 s',
  systems: ['Inkroom'],
  context: [],
  run: async (system, { quick }) => {
    const windowMs = quick ? 20_000 : 60_000;
    const server = await system.start();
    try {
      const typing = new Typing(new SealedEdits(entryBytes), perSecond);
      const [writer] = await connectMembers(system, server, 1, () => 'slow');
      await connectMembers(
        system,
        server,
        readerCount,
        () => 'slow',
        () => typing.probe(),
      );
      if (writer === undefined) throw new Error('no writer');
      const writers = [{ member: writer, writer: 0 }];
      const watched = async (windowMs: number) => {
        const rss = new RssWatch(server);
        const measured = await typing.measure(server, writers, { warmMs: 0, windowMs });
        rss.stop();
        return { ...measured, highest: rss.highest, middle: rss.middle };
      };
      const options = { port: server.port, room: 'slow', sipBytes };
      const head = () => writerSeq();
      const [witness] = await connectMembers(
        system,
        server,
        1,
        () => 'slow',
        () => () => {},
      );
      const writerSeq = () => (witness instanceof InkroomMember ? witness.seq : 0);
      const slowOnes = (['websocket', 'polling'] as const).flatMap((transport) => [
        {
          name: `1 KB/s, ${transport}`,
          stops: false,
          member: new InkroomMember({ ...options, transport, onEdit: () => {} }),
        },
        {
          name: `15 s stop, ${transport}`,
          stops: true,
          member: new InkroomMember({ ...options, transport, onEdit: () => {} }),
        },
      ]);
      await Promise.all(slowOnes.map(({ member }) => member.ready));
      await watched(quick ? 5000 : 8000);
      // The same people for as long, while none of them is slow: what goes by leaves its traces too.
      const without = await watched(windowMs);
      const figures: Record<string, number> = {
        'p99 of the others without them, ms': without.p99,
        'RSS without them, MiB': without.highest / mebibyte,
      };
      for (const { member } of slowOnes) member.transport.sipping = true;
      const sips = setInterval(() => {
        for (const { member, stops } of slowOnes)
          if (!stops && member.transport.sipping) member.transport.sip();
      }, 1000);
      const pongs = setInterval(() => {
        for (const { member } of slowOnes) if (member.transport.sipping) member.pong();
      }, pongEveryMs);
      const restart = setTimeout(() => {
        for (const { member, stops } of slowOnes) if (stops) wake(member);
      }, stopMs);
      const during = await watched(windowMs);
      clearTimeout(restart);
      clearInterval(sips);
      clearInterval(pongs);
      for (const { member } of slowOnes) wake(member);
      const startMs = performance.now();
      for (const { name, member } of slowOnes) {
        await waitFor(`${name} to catch up`, () => member.closed || member.seq >= head(), {
          seen: () => ({ seq: member.seq, head: head(), refusal: member.refusal, live: member.liveMs }),
        });
        if (member.closed) throw new Error(`${name} was cut at ${member.seq} of ${head()}`);
        note(`${name}: at the head after ${(performance.now() - startMs).toFixed(0)} ms`);
      }
      return {
        ...figures,
        'p99 of the others with them, ms': during.p99,
        'RSS growth for all four, MiB': (during.highest - without.highest) / mebibyte,
        'RSS growth, middle, MiB': (during.middle - without.middle) / mebibyte,
        'until all four have caught up, ms': performance.now() - startMs,
      };
    } finally {
      await server.stop();
    }
  },
};

function wake({ transport }: InkroomMember): void {
  transport.sipping = false;
  transport.sip();
}
