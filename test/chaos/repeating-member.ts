import { setTimeout as delay } from 'node:timers/promises';
import { roomIdToBytes } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import type { Random } from '../fuzz/random.ts';
import { RawMember } from '../relay/raw-member.ts';

/** A member gives up when the relay has not let it in, or answered, for this long. */
const patienceMs = 5000;

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

  /** Joins and appends so many entries again, in any order. Gives a sentence where the relay took none. */
  async repeat(relayUrl: string, count: number, random: Random): Promise<string | undefined> {
    const member = RawMember.start(relayUrl);
    try {
      const hello = await within(member.message('hello'));
      if (hello === undefined) return `the relay did not greet: ${member.describe()}`;
      const { keys } = this;
      const document = {
        roomId: keys.roomId,
        roomIdBytes: roomIdToBytes(keys.roomId),
        keys: () => keys.memberKeys,
        sign: () => new Uint8Array(),
      };
      const signature = keys.prove(hello.nonce, member.host);
      if ((await within(member.join(document, { signature }))) === undefined)
        return `the relay did not let it in: ${member.describe()}`;
      await within(member.message('live'));
      this.see([...member.entries.values()]);
      const seen = [...this.#seen.values()];
      if (seen.length === 0) return 'there were no entries yet';
      const refs = Array.from({ length: count }, (_, index) => index + 1);
      for (const ref of refs) member.append(ref, random.pick(seen));
      await within(Promise.all(refs.map((ref) => member.ack(ref))));
      return member.acks().size > 0 ? undefined : `the relay took none: ${member.describe()}`;
    } finally {
      member.close();
    }
  }
}

async function within<T>(task: Promise<T>): Promise<T | undefined> {
  return await Promise.race([task.catch(() => undefined), delay(patienceMs, undefined)]);
}
