import { afterEach, expect, test } from 'vitest';
import type { Cursor } from '../../protocol/ids.ts';
import { mostAudienceMembers } from '../../relay-server/audience.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import type { RawMember } from './raw-member.ts';
import { newDocument, randomEntry } from './test-document.ts';

const memberCount = 2 * mostAudienceMembers + 20;
const writerCount = 20;
const entriesOfEach = 25;
/** Members of the first audience who change places with one of the last while everyone types. */
const changes = 15;

let relay: ListeningRelay;

afterEach(() => relay.close());

/** The entries a member was sent in frames since its last join, by seq: one sent twice or out of order is there as it came. */
function seqsOf(member: RawMember): number[] {
  const joinedAt = member.received.map(({ event }) => event).lastIndexOf('joined');
  return member.received.slice(joinedAt).flatMap(({ event, message }) => {
    return event === 'entries' ? message.entries.map((_, i) => message.firstSeq + i) : [];
  });
}

test('[A6] [G1] a crowd in several audiences, of whom some change places while twenty type, has every entry once and in order', async () => {
  relay = await ListeningRelay.start();
  const document = newDocument();
  const members: RawMember[] = [];
  while (members.length < memberCount) {
    const member = await relay.connect(members.length % 25 === 24 ? ['polling'] : ['websocket']);
    await member.join(document, { create: members.length === 0 });
    members.push(member);
  }
  const first = members[0]?.last('joined');
  if (first === undefined) throw new Error('no document');
  const spread = Math.floor(memberCount / writerCount);
  const writers = members.filter((_, i) => i % spread === 0).slice(0, writerCount);
  const stay = members.filter((member) => !writers.includes(member));
  const typed = writers.map(async (writer) => {
    for (let ref = 1; ref <= entriesOfEach; ref++) await writer.appended(ref, randomEntry());
  });
  const starts = new Map<RawMember, number>();
  const comeBack = async (member: RawMember, cursor: Cursor) => {
    const { start, from } = await member.join(document, { cursor });
    expect([start, from.seq]).toEqual(['delta', cursor.seq]);
    starts.set(member, cursor.seq);
  };
  for (const early of stay.slice(0, changes)) {
    const late = stay[stay.length - 1 - stay.indexOf(early)];
    if (late === undefined) throw new Error('nobody to change places with');
    const cursor = early.cursor(first.head);
    early.send({ event: 'leave', message: null });
    await comeBack(late, late.cursor(first.head));
    await comeBack(early, cursor);
  }
  await Promise.all(typed);
  const count = writers.length * entriesOfEach;
  const lastSeq = (member: RawMember) => seqsOf(member).at(-1) ?? starts.get(member) ?? 0;
  await waitFor('everyone to have all', () => members.every((member) => lastSeq(member) >= count), {
    seen: () => members.map(lastSeq).filter((seq) => seq < count).length,
  });
  for (const member of members) {
    const start = starts.get(member) ?? 0;
    expect(seqsOf(member)).toEqual(Array.from({ length: count - start }, (_, i) => start + 1 + i));
  }
  expect(new Set([...starts.values()]).size, 'rejoins fell into the typing').toBeGreaterThan(3);
  expect(members.flatMap((member) => member.all('refused'))).toEqual([]);
});
