import type { Hole, Journal, OutboxRow } from '../../sync/journal.ts';

/** What a journal is kept on, as far as a test can trouble it. */
export interface TroubledDisk {
  /** The disk is full while `during` runs. */
  full(during: () => Promise<void>): Promise<void>;
  /** What the next opening finds when the program is killed now. */
  afterKill(): Promise<Journal>;
}

/** One property every journal has. `open` opens the same journal each time. */
export interface JournalContractCase {
  readonly title: string;
  /** Rejects where the property does not hold. */
  run(open: () => Promise<Journal>, disk: TroubledDisk): Promise<void>;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const cursor = { seq: 7, mark: Uint8Array.from({ length: 16 }, (_, i) => i) };

function row(id: string, form: OutboxRow['form'] = 'sealed'): OutboxRow {
  return { id, edits: 2, form, bytes: bytes(id.length, 255, 0) };
}

/** More than a disk has left that is nearly full. */
const large = (first: number) => Uint8Array.from({ length: 300_000 }, (_, i) => (i === 0 ? first : i % 251));

const hole = (seq: number, givenUpBy = ''): Hole => ({ seq, before: cursor.mark, givenUpBy });

/** The contract of `Journal`, as functions, so that it also runs inside a browser page. */
export const journalContract: readonly JournalContractCase[] = [
  {
    title: '[G2] a new journal is empty',
    async run(open) {
      const journal = await open();
      expectEqual(await journal.load(), { updates: [], outbox: [], cursor: undefined, holes: [] });
      await journal.close();
    },
  },
  {
    title: '[G2] a committed step is there after reopening, all of it',
    async run(open) {
      const journal = await open();
      await journal.commit({
        addUpdates: [bytes(1), bytes(2, 3)],
        putOutbox: [row('a')],
        cursor,
        addHoles: [hole(4, '1.0.0'), { seq: 5, before: undefined, givenUpBy: '' }],
      });
      await journal.close();
      const content = await loadAgain(open);
      expectEqual(
        content.updates.map(({ update }) => [...update]),
        [[1], [2, 3]],
      );
      expectEqual(content.outbox.map(plain), [plain(row('a'))]);
      expectEqual(
        [content.cursor?.seq, [...(content.cursor?.mark ?? [])], content.holes.map(plainHole)],
        [7, [...cursor.mark], [hole(4, '1.0.0'), { ...hole(5), before: undefined }].map(plainHole)],
      );
    },
  },
  {
    title: '[L1] holes of another history are forgotten with the step that records those of this one',
    async run(open) {
      const journal = await open();
      await journal.commit({ addHoles: [4, 2_000_000_000].map((seq) => hole(seq)) });
      await journal.commit({ addHoles: [hole(5)] });
      await journal.commit({ clearHoles: true, addHoles: [hole(5), hole(6)], cursor });
      await journal.commit({ addHoles: [hole(7)] });
      await journal.close();
      expectEqual(
        (await loadAgain(open)).holes.map(({ seq }) => seq),
        [5, 6, 7],
      );
    },
  },
  {
    title: '[G2] a hole is replaced by one at its seq, and goes by its seq',
    async run(open) {
      const journal = await open();
      await journal.commit({ addHoles: [hole(4), hole(5), hole(6)] });
      await journal.commit({ addHoles: [hole(6, '1.0.0')], removeHoles: [4, 9], addUpdates: [bytes(1)] });
      await journal.close();
      expectEqual((await loadAgain(open)).holes.map(plainHole), [hole(5), hole(6, '1.0.0')].map(plainHole));
    },
  },
  {
    title: '[A1] outbox rows keep the order in which they were first put, also when put again',
    async run(open) {
      const journal = await open();
      for (const id of ['c', 'a', 'b']) await journal.commit({ putOutbox: [row(id, 'update')] });
      await journal.commit({ putOutbox: [row('c', 'sealed')] });
      await journal.close();
      const content = await loadAgain(open);
      expectEqual(
        content.outbox.map(({ id, form }) => `${id} ${form}`),
        ['c sealed', 'a update', 'b update'],
      );
    },
  },
  {
    title: '[A1] a row goes only by its own id, in the same step as its successor comes',
    async run(open) {
      const journal = await open();
      await journal.commit({ putOutbox: [row('a'), row('b')] });
      await journal.commit({ putOutbox: [row('ab')], removeOutbox: ['a', 'no such row'] });
      await journal.close();
      expectEqual(
        (await loadAgain(open)).outbox.map(({ id }) => id),
        ['b', 'ab'],
      );
    },
  },
  {
    title: '[G2] a step gives the keys of the rows it added, in order',
    async run(open) {
      const journal = await open();
      const added = [
        ...(await journal.commit({ addUpdates: [bytes(1), bytes(2)], putOutbox: [row('a')], cursor })),
        ...(await journal.commit({ addHoles: [hole(1)] })),
        ...(await journal.commit({ addUpdates: [bytes(3)] })),
      ];
      const { updates } = await journal.load();
      await journal.close();
      expectEqual(
        updates.map(({ key }) => key),
        added,
      );
      expectEqual(added.length, 3);
    },
  },
  {
    title: '[G2] compaction removes exactly the rows it names',
    async run(open) {
      const journal = await open();
      await journal.commit({ addUpdates: [bytes(1), bytes(2)] });
      const keys = (await journal.load()).updates.map(({ key }) => key);
      await journal.commit({ addUpdates: [bytes(3)] });
      await journal.commit({ removeUpdates: keys, addUpdates: [bytes(12)] });
      await journal.close();
      const updates = (await loadAgain(open)).updates.map(({ update }) => [...update]);
      expectEqual(updates.sort(), [[12], [3]]);
    },
  },
  {
    title: '[G2] two openings at once do not overwrite each other',
    async run(open) {
      const first = await open();
      const second = await open();
      await Promise.all([
        first.commit({ addUpdates: [bytes(1)], putOutbox: [row('first')] }),
        second.commit({ addUpdates: [bytes(2)], putOutbox: [row('second')] }),
      ]);
      await first.commit({ removeOutbox: ['first'] });
      await Promise.all([first.close(), second.close()]);
      const content = await loadAgain(open);
      expectEqual(content.updates.length, 2);
      expectEqual(
        content.outbox.map(({ id }) => id),
        ['second'],
      );
    },
  },
  {
    title:
      '[G2] after a full disk a failed step is taken when it is tried again; what is reported then survives a kill',
    async run(open, disk) {
      const journal = await open();
      await journal.commit({ addUpdates: [large(1)], putOutbox: [row('a'), row('b')] });
      const step = { addUpdates: [large(2)], putOutbox: [row('b', 'update'), row('c')], removeOutbox: ['a'] };
      await disk.full(async () => {
        for (let attempt = 0; attempt < 3; attempt++) await expectRejects(journal.commit(step));
      });
      await journal.commit({ ...step, cursor });
      const added = await journal.commit({ addUpdates: [large(3)], removeOutbox: ['c'] });
      const killed = await disk.afterKill();
      const content = await killed.load();
      await Promise.all([killed.close(), journal.close()]);
      expectEqual(
        content.updates.map(({ update }) => update[0]),
        [1, 2, 3],
      );
      expectEqual(
        [content.outbox.map(plain), content.cursor?.seq, content.updates[2]?.key],
        [[plain(row('b', 'update'))], 7, added[0]],
      );
    },
  },
  {
    title: 'large updates and many rows come back as they were',
    async run(open) {
      const journal = await open();
      const book = new Uint8Array(5 * 1024 * 1024).fill(7);
      const many = Array.from({ length: 1000 }, (_, i) => bytes(i % 256, i >> 8));
      await journal.commit({ addUpdates: [book, ...many] });
      await journal.close();
      const { updates } = await loadAgain(open);
      expectEqual(
        [updates.length, updates[0]?.update.length, [...(updates[1000]?.update ?? [])]],
        [1001, book.length, [231, 3]],
      );
    },
  },
];

async function loadAgain(open: () => Promise<Journal>): ReturnType<Journal['load']> {
  const journal = await open();
  const content = await journal.load();
  await journal.close();
  return content;
}

function plainHole({ seq, before, givenUpBy }: Hole): unknown {
  return [seq, before === undefined ? 'kept' : [...before], givenUpBy];
}

function plain(outboxRow: OutboxRow): unknown {
  return { ...outboxRow, bytes: [...outboxRow.bytes] };
}

async function expectRejects(step: Promise<unknown>): Promise<void> {
  const isDone = await step.then(
    () => true,
    () => false,
  );
  if (isDone) throw new Error('a step was reported as durable on a full disk');
}

/** Throws with both values unless they are equal as JSON. */
function expectEqual(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`expected ${should}, got ${is}`);
}
