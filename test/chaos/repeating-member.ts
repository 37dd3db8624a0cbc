import { setTimeout as delay } from 'node:timers/promises';
import { roomIdToBytes } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import type { Random } from '../fuzz/random.ts';
import { RawMember } from '../relay/raw-member.ts';

/** A member gives up when the relay has not let it in, or answered, for this long. */
const patienceMs = 3000;

/** An editor that only repeats what others wrote: duplicates, and packets that come late, as the relay sees them. */
export class RepeatingMember {
  /** Entries it has seen in this plan, also of relays whose disk is gone. */
  readonly #seen = new Map<string, Uint8Array>();

  constructor(private readonly keys: DocumentKeys) {}

  /** Keeps entries for later. */
  see(entries: readonly Uint8Array[]): void {
    for (const entry of entries) {
      if (entry.length <= limits.inlineEntryBytes)
        this.#seen.set(Buffer.from(entry).toString('base64'), entry);
    }
  }

  /** Joins and appends so many entries again, in any order. Gives how many the relay took. */
  async repeat(relayUrl: string, count: number, random: Random): Promise<number> {
    const member = await within(RawMember.connect(relayUrl));
    if (member === undefined) return 0;
    try {
      const { keys } = this;
      const document = {
        roomId: keys.roomId,
        roomIdBytes: roomIdToBytes(keys.roomId),
        keys: () => keys.memberKeys,
        sign: () => new Uint8Array(),
      };
      const signature = keys.prove(member.hello.nonce, member.host);
      const joined = await within(member.join(document, { signature }));
      if (joined === undefined) return 0;
      await within(member.liveWith(joined.head.seq));
      this.see([...member.entries.values()]);
      const seen = [...this.#seen.values()];
      const refs = Array.from({ length: seen.length === 0 ? 0 : count }, (_, index) => index + 1);
      for (const ref of refs) member.append(ref, random.pick(seen));
      await within(Promise.all(refs.map((ref) => member.ack(ref))));
      return member.acks().size;
    } finally {
      member.close();
    }
  }
}

async function within<T>(task: Promise<T>): Promise<T | undefined> {
  return await Promise.race([task.catch(() => undefined), delay(patienceMs, undefined)]);
}
