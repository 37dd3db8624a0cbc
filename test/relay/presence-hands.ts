import type { MemoryMember } from './memory-relay.ts';
import { randomEntry } from './test-document.ts';

export function show(member: MemoryMember, counter: number, sealed = randomEntry(300)): Uint8Array {
  member.say({ event: 'presence', message: { counter, sealed } });
  return sealed;
}

/** The last state this member was sent of each other one. */
export function seen(member: MemoryMember): Map<number, number> {
  return new Map(
    member.all('peers').flatMap(({ peers }) => peers.map(({ memberId, counter }) => [memberId, counter])),
  );
}

export function idOf(member: MemoryMember): number {
  return member.all('joined').at(-1)?.memberId ?? 0;
}
