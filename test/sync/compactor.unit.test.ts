import { describe, expect, it } from 'vitest';
import type { ClientMessage } from '../../protocol/client-messages.ts';
import type { Cursor } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import { Compactor } from '../../sync/compactor.ts';
import { SideRequests } from '../../sync/side-requests.ts';
import { seededRandom } from '../fuzz/random.ts';
import { VirtualTime } from '../fuzz/virtual-time.ts';

const at = (seq: number): Cursor => ({ seq, mark: new Uint8Array(16).fill(seq) });

/** A compactor on a copy that the test moves, and what it sent. */
function compacting(sealed: Uint8Array = new Uint8Array(10)) {
  const time = new VirtualTime(seededRandom(1));
  const sent: ClientMessage[] = [];
  const requests = new SideRequests();
  const copy = {
    cursor: at(50) as Cursor | undefined,
    holes: [] as readonly number[],
    settledCursor: () => copy.cursor,
    sealSnapshot: () => Promise.resolve(sealed),
    compactsFirst: false,
    compacting: () => {},
    compacted: () => {},
  };
  const compactor = new Compactor(copy, requests, time);
  requests.open((message) => sent.push(message));
  const ask = (previousSeq: number) =>
    requests.heard({ event: 'snapshot-request', message: { previousSeq } });
  const offers = () => sent.flatMap(({ event, message }) => (event === 'snapshot' ? [message] : []));
  const uploads = () => sent.flatMap(({ event, message }) => (event === 'upload' ? [message] : []));
  return { time, requests, copy, compactor, ask, offers, uploads };
}

describe('a compactor', () => {
  it('[C2] offers and uploads what the relay asks for, at the place where the document stands, with its holes', async () => {
    const { time, copy, ask, offers, uploads } = compacting();
    copy.holes = [7, 60];
    ask(20);
    await time.pass(1000);
    expect(offers()).toMatchObject([{ previousSeq: 20, cursor: at(50), unopened: [7] }]);
    expect(uploads()).toMatchObject([{ kind: 'snapshot', total: 10, offset: 0, ref: offers()[0]?.ref }]);
  });

  it('[C2] waits while something is unsaved or being received, and for a pause in writing', async () => {
    const { time, copy, ask, offers } = compacting();
    copy.cursor = undefined;
    ask(0);
    await time.pass(3000);
    expect(offers()).toHaveLength(0);
    for (let seq = 51; seq < 60; seq++) {
      copy.cursor = at(seq);
      await time.pass(480);
    }
    expect(offers()).toHaveLength(0);
    await time.pass(1000);
    expect(offers()).toMatchObject([{ cursor: at(59) }]);
  });

  it('[C2] where people never pause it takes a settled moment after a while, and gives up where there is none', async () => {
    const busy = compacting();
    busy.ask(0);
    for (let seq = 51; seq < 100; seq++) {
      busy.copy.cursor = at(seq);
      await busy.time.pass(480);
    }
    expect(busy.offers()).toHaveLength(1);
    const never = compacting();
    never.copy.cursor = undefined;
    never.ask(0);
    await never.time.pass(60_000);
    never.copy.cursor = at(50);
    await never.time.pass(60_000);
    expect(never.offers()).toHaveLength(0);
    never.ask(0);
    await never.time.pass(1000);
    expect(never.offers()).toHaveLength(1);
  });

  it('[C2] sends no more than one chunk that is not answered', async () => {
    const { time, requests, ask, offers, uploads } = compacting(new Uint8Array(limits.chunkBytes * 3));
    ask(0);
    await time.pass(1000);
    expect(uploads()).toHaveLength(1);
    const { ref = 0 } = offers()[0] ?? {};
    requests.heard({ event: 'received', message: { ref, bytes: limits.chunkBytes } });
    expect(uploads().map(({ offset }) => offset)).toEqual([0, limits.chunkBytes]);
  });

  it('[C4] after an acknowledgement, a refusal or a lost connection it is ready for the next request', async () => {
    const { time, requests, ask, offers } = compacting();
    const endings = [
      (ref: number) => requests.heard({ event: 'ack', message: { acks: [{ ref, seq: 50 }] } }),
      (ref: number) =>
        requests.heard({ event: 'refused', message: { code: 'snapshot-outdated', ref, detail: '' } }),
      () => {
        requests.shut();
        requests.open(() => {});
      },
    ];
    for (const [i, end] of endings.entries()) {
      ask(0);
      await time.pass(1000);
      ask(0);
      await time.pass(1000);
      expect(offers()).toHaveLength(i + 1);
      end(offers().at(-1)?.ref ?? 0);
    }
  });

  it('[C4] a refusal of a snapshot is not one of the connection', () => {
    const { requests, compactor } = compacting();
    const ref = requests.begin(() => {});
    expect(requests.heard({ event: 'refused', message: { code: 'too-busy', ref, detail: '' } })).toBe(true);
    expect(requests.heard({ event: 'refused', message: { code: 'too-busy', ref: 3, detail: '' } })).toBe(
      false,
    );
    compactor.close();
  });

  it('[C2] names the first of more holes than an offer can name', async () => {
    const { time, copy, ask, offers } = compacting();
    copy.cursor = at(9000);
    copy.holes = Array.from({ length: limits.unopenedEntries + 5 }, (_, i) => 5000 - i);
    ask(0);
    await time.pass(30_000);
    const [offer] = offers();
    expect(offer?.unopened).toHaveLength(limits.unopenedEntries);
    expect([offer?.unopened[0], offer?.unopened.at(-1)]).toEqual([3996, 4995]);
  });

  it('[C2] makes none of what is compacted already', async () => {
    const { time, ask, offers } = compacting();
    ask(51);
    await time.pass(30_000);
    expect(offers()).toHaveLength(0);
  });
});
