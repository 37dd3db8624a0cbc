import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../app/wait-for.ts';
import { allReady, connectMembers } from './crowd.ts';
import { InkroomMember } from './inkroom-member.ts';
import type { LargeDocument } from './large-documents.ts';
import { largeDocuments, sealedState } from './large-documents.ts';
import { RssWatch } from './rss-watch.ts';
import type { Figures, Scenario } from './scenario.ts';
import { note } from './scenario.ts';
import type { ServerProcess } from './server-process.ts';
import { prepareStorm } from './storm.ts';
import type { System } from './systems.ts';
import { Typing } from './typing.ts';

const joinerCount = 50;
const singleJoins = 10;
const mebibyte = 1024 * 1024;
/** People typing in the joined room and in another one during the storm. */
const others = 5;
const perSecond = 10;
let made: readonly LargeDocument[] | undefined;

/** A document that takes long to load, one joiner and fifty at once; and a short absence. */
export const joins: Scenario = {
  name: 'joins',
  title: 'Joins',
  systems: ['Inkroom', 'Hocuspocus'],
  context: ['y-websocket'],
  run: async (system) => {
    made ??= largeDocuments();
    const figures: Record<string, number> = {};
    for (const document of made) {
      const server = await system.start();
      try {
        for (const [name, value] of Object.entries(await joinsOf(system, server, document))) {
          figures[`${document.name}: ${name}`] = value;
        }
      } finally {
        await server.stop();
      }
    }
    return system.name === 'Inkroom' ? { ...figures, ...(await shortAbsence(system)) } : figures;
  },
};

async function joinsOf(system: System, server: ServerProcess, document: LargeDocument): Promise<Figures> {
  const room = document.name.replace(' ', '-');
  const documentBytes = await seed(system, server, room, document);
  await join(system, server, room, documentBytes, 1);
  await delay(500);

  const cpuBefore = server.cpuSeconds();
  for (let i = 0; i < singleJoins; i++) await join(system, server, room, documentBytes, 1);
  const single = (server.cpuSeconds() - cpuBefore) / singleJoins;
  await delay(1000);

  const storm = await join(system, server, room, documentBytes, joinerCount);
  await delay(1000);

  const inside = new Typing(system.makeEdits(), perSecond, others);
  const outside = new Typing(system.makeEdits(), perSecond, others);
  const typists = async (typing: Typing, name: string) => {
    const writers = await connectMembers(system, server, others, () => name);
    const probes = await connectMembers(
      system,
      server,
      others,
      () => name,
      () => typing.probe(),
    );
    return {
      members: [...writers, ...probes],
      writers: writers.map((member, writer) => ({ member, writer })),
    };
  };
  const here = await typists(inside, room);
  const there = await typists(outside, 'another');
  const { port } = server;
  const joiners = await prepareStorm({ system: system.name, port, room, count: joinerCount, documentBytes });
  const stormed = delay(1500).then(() => joiners.break());
  const during = { warmMs: 1000, windowMs: 1500, during: () => stormed };
  const [insideMs, outsideMs] = await Promise.all([
    inside.measure(server, here.writers, during),
    outside.measure(server, there.writers, during),
  ]);
  for (const member of [...here.members, ...there.members]) member.close();
  joiners.stop();
  note(`${system.name}: ${document.name}: ${JSON.stringify(storm)}`);
  return {
    'bytes sent to a joiner, MB': documentBytes / 1e6,
    '1 joiner: CPU, ms': single * 1000,
    '50 joiners: CPU, ms': storm.cpuSeconds * 1000,
    '50 joiners: until all have it, ms': storm.tookMs,
    '50 joiners: RSS growth, MiB': storm.rssGrowth / mebibyte,
    '50 joiners: RSS growth / document': storm.rssGrowth / documentBytes,
    "50 joiners: p99 of others' edits in the room, ms": insideMs.p99,
    "50 joiners: p99 of others' edits in another room, ms": outsideMs.p99,
  };
}

/** Stores the document by sending it as one edit, and gives how many bytes a joiner is sent at least. */
async function seed(
  system: System,
  server: ServerProcess,
  room: string,
  document: LargeDocument,
): Promise<number> {
  const [first] = await connectMembers(system, server, 1, () => room);
  if (first instanceof InkroomMember) {
    const sealed = sealedState(room, document);
    await first.upload(sealed);
    first.close();
    return sealed.length;
  }
  first?.send(document.state);
  await waitFor('the document to be there', async () => {
    const [joiner] = await connectMembers(system, server, 1, () => room);
    joiner?.close();
    return (joiner?.bytes ?? 0) >= document.state.length;
  });
  // It stays: without anyone in it, a server without persistence forgets the document.
  return document.state.length;
}

/** Lets `count` join at once and leave when all have everything. */
async function join(
  system: System,
  server: ServerProcess,
  room: string,
  documentBytes: number,
  count: number,
) {
  const cpuBefore = server.cpuSeconds();
  const joiners = Array.from({ length: count }, () =>
    system.name === 'Inkroom'
      ? new InkroomMember({ port: server.port, room, waits: true })
      : system.connect({ port: server.port, room }),
  );
  const inkroom = joiners.filter((joiner) => joiner instanceof InkroomMember);
  await Promise.all(inkroom.map(({ greeted }) => greeted));
  const rssBefore = server.rssBytes();
  const rss = new RssWatch(server);
  const startMs = performance.now();
  for (const joiner of inkroom) joiner.join();
  await allReady(joiners);
  const tookMs = performance.now() - startMs;
  const cpuSeconds = server.cpuSeconds() - cpuBefore;
  rss.stop();
  const short = joiners.filter(({ bytes }) => bytes < documentBytes);
  if (short.length > 0) throw new Error(`${short.length} joiners did not get all of the document`);
  for (const joiner of joiners) joiner.close();
  return { cpuSeconds, tookMs, rssGrowth: rss.highest - rssBefore };
}

const missed = 100;

/** Bytes on the wire for someone who missed a hundred edits, beside the bytes of those. */
async function shortAbsence(system: System): Promise<Figures> {
  const server = await system.start();
  try {
    const edits = system.makeEdits();
    const options = { port: server.port, room: 'absence', keepsCursor: true };
    const [writer] = await connectMembers(system, server, 1, () => 'absence');
    const before = new InkroomMember(options);
    await before.ready;
    let counter = 0;
    const type = async (count: number, seen: () => boolean) => {
      for (let i = 0; i < count; i++) writer?.send(edits.edit(0, counter++));
      await waitFor('the edits', seen);
    };
    await type(missed, () => before.seq >= missed);
    const { cursor } = before;
    before.close();
    const watch = new InkroomMember(options);
    await watch.ready;
    await type(missed, () => watch.seq >= 2 * missed);
    const back = new InkroomMember({ ...options, cursor, waits: true });
    await back.greeted;
    const bytesBefore = back.bytes;
    back.join();
    await back.ready;
    const sealedBytes = missed * edits.edit(0, 0).length;
    if (back.seq !== 2 * missed) throw new Error(`someone who was away has ${back.seq} entries`);
    return { '100 edits behind: bytes / sealed bytes': (back.bytes - bytesBefore) / sealedBytes };
  } finally {
    await server.stop();
  }
}
