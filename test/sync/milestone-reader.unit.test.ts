import { describe, expect, it } from 'vitest';
import type { ClientMessage } from '../../protocol/client-messages.ts';
import { limits } from '../../protocol/limits.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { MilestoneReader } from '../../sync/milestone-reader.ts';
import { open, seal } from '../../sync/sealing.ts';
import { SideRequests } from '../../sync/side-requests.ts';

const keys = deriveKeys(newDocumentSecret());
const cursor = { seq: 40, mark: new Uint8Array(16).fill(4) };
const body = crypto.getRandomValues(new Uint8Array(60_000));
const update = new Uint8Array([...body, ...body]);
const sealed = seal(keys, { snapshotAt: cursor }, crypto.getRandomValues(update.slice(0, 60_000)));

/** A reader in front of a relay that answers with `answer`. */
function reading(answer: (message: ClientMessage, requests: SideRequests) => void) {
  const requests = new SideRequests();
  requests.open((message) => queueMicrotask(() => answer(message, requests)));
  const reader = new MilestoneReader(requests, (snapshot) =>
    Promise.resolve(open(keys, { snapshotAt: snapshot.cursor }, snapshot.sealed)),
  );
  return { reader, requests };
}

/** Answers as a relay that keeps one snapshot does. */
function keeping(snapshot: Uint8Array) {
  return ({ event, message }: ClientMessage, requests: SideRequests) => {
    if (event === 'milestones') {
      const milestones = [{ cursor, createdMs: 1000, bytes: snapshot.length }];
      requests.heard({ event: 'milestone-list', message: { ref: message.ref, milestones } });
    } else if (event === 'milestone') {
      const { ref, offset } = message;
      const chunk = snapshot.subarray(offset, offset + limits.chunkBytes);
      requests.heard({
        event: 'milestone-part',
        message: { ref, cursor, total: snapshot.length, offset, chunk },
      });
    }
  };
}

describe('older states of a document', () => {
  it('[C7] [C8] are listed and read whole, chunk by chunk, with progress', async () => {
    const large = seal(keys, { snapshotAt: cursor }, update);
    expect(large.length).toBeGreaterThan(limits.chunkBytes);
    const { reader } = reading(keeping(large));
    const [milestone] = await reader.list();
    if (milestone === undefined) throw new Error('no milestone');
    const progress: number[] = [];
    expect(await reader.update(milestone, (bytes) => progress.push(bytes))).toEqual(update);
    expect(progress).toEqual([limits.chunkBytes, large.length]);
  });

  it('[C8] that are not theirs, broken or altered do not open', async () => {
    const changed = sealed.slice();
    changed[100] = (changed[100] ?? 0) ^ 1;
    const { reader } = reading(keeping(changed));
    const [milestone] = await reader.list();
    if (milestone === undefined) throw new Error('no milestone');
    await expect(reader.update(milestone)).rejects.toMatchObject({ code: 'unopened' });
    const elsewhere = { ...milestone, cursor: { ...cursor, seq: 41 } };
    await expect(
      reading(keeping(sealed)).reader.update({ ...elsewhere, bytes: sealed.length }),
    ).rejects.toMatchObject({ code: 'unopened' });
  });

  it('[C7] [C8] a refusal, a lost connection and none at all are told by their code', async () => {
    const refusing = reading(({ message }, requests) => {
      const ref = message !== null && 'ref' in message ? message.ref : undefined;
      requests.heard({ event: 'refused', message: { code: 'view-only', ref, detail: '' } });
    });
    await expect(refusing.reader.list()).rejects.toMatchObject({ code: 'view-only' });
    const losing = reading((_message, requests) => requests.shut());
    await expect(losing.reader.list()).rejects.toMatchObject({ code: 'lost' });
    await expect(losing.reader.list()).rejects.toMatchObject({ code: 'lost' });
  });

  it('[C8] a relay that answers with another chunk is not believed', async () => {
    const { reader } = reading((sent, requests) => {
      if (sent.event !== 'milestone') return;
      const part = { ref: sent.message.ref, cursor, total: 10, offset: 5, chunk: new Uint8Array(5) };
      requests.heard({ event: 'milestone-part', message: part });
    });
    await expect(reader.update({ cursor, createdMs: 0, bytes: 10 })).rejects.toMatchObject({
      code: 'malformed',
    });
  });
});
