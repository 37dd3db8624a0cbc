import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Provider } from '../../sync/node.ts';
import { openDocument } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import type { RelayProcess } from '../processes/relay-process.ts';
import { startRelay } from '../processes/relay-process.ts';
import { SmallDisk } from './small-disk.ts';

const mib = 1024 * 1024;
const diskBytes = 48 * mib;
const floorBytes = 16 * mib;

describe('a disk that fills', () => {
  let disk: SmallDisk;
  let relay: RelayProcess;
  const copies: Provider[] = [];

  const start = async (port = 0, floor = `${floorBytes / mib}MiB`) => {
    relay = await startRelay({
      data: disk.data,
      port,
      // A snapshot would free space in the middle of what is looked at here.
      args: ['--free-space-floor', floor, '--compact-after-bytes', '64MiB'],
    });
  };
  const open = async (document = 'new') => {
    const copy = await openDocument({ document, relayUrl: relay.url });
    copies.push(copy);
    return copy;
  };
  const documentOf = (copy: Provider) => copy.keys.editId ?? '';
  const shows = async (copy: Provider, text: string) =>
    await waitFor(
      `a live copy with ${text.length} letters`,
      () => copy.status.connection.state === 'live' && copy.text.toString() === text,
      { seen: () => ({ length: copy.text.length, status: copy.status, relay: relay.output() }) },
    );
  /** Also where what came after it was refused once and taken at the next attempt. */
  const showsAtLeast = async (copy: Provider, text: string) =>
    await waitFor(
      `a live copy with at least ${text.length} letters`,
      () => copy.status.connection.state === 'live' && copy.text.toString().startsWith(text),
      { seen: () => ({ length: copy.text.length, status: copy.status, relay: relay.output() }) },
    );
  const saved = async (copy: Provider) =>
    await waitFor('everything to be saved', () => copy.status.saved, {
      seen: () => ({ status: copy.status, relay: relay.output() }),
      deadlineMs: 60_000,
    });
  const letters = (bytes: number) => randomBytes(bytes / 2).toString('hex');

  beforeEach(async (context) => {
    disk = await SmallDisk.mount(context, diskBytes);
    await start();
  });
  afterEach(async () => {
    for (const copy of copies.splice(0)) await copy.close();
    await relay?.kill('SIGKILL');
    await disk?.unmount();
  });

  /** Types into a copy until the relay says that its disk is full. Gives the text that was saved before. */
  const typeUntilFull = async (copy: Provider, bytes: number, said = /write failed: Less than/u) => {
    let acknowledged = '';
    await waitFor(
      'the relay to refuse',
      () => {
        if (copy.status.saved) {
          acknowledged = copy.text.toString();
          copy.text.insert(acknowledged.length, letters(bytes));
        }
        return copy.status.unsaved > 0 && said.test(relay.output());
      },
      { seen: () => ({ status: copy.status, relay: relay.output() }), deadlineMs: 60_000 },
    );
    return acknowledged;
  };

  for (const [what, bytes] of [
    ['small entries', 40_000],
    ['large ones', 800_000],
  ] as const) {
    test(`[G1] [G2] [G7] filled by appends of ${what}: refused, read on, and all arrives by itself when there is room`, async () => {
      const ann = await open();
      await saved(ann);
      await disk.fillUpTo(floorBytes + 4 * mib);
      const acknowledged = await typeUntilFull(ann, bytes);
      expect(await disk.freeBytes()).toBeGreaterThan(floorBytes / 2);
      const newcomer = await open(documentOf(ann));
      await showsAtLeast(newcomer, acknowledged);
      newcomer.text.insert(0, 'kept here meanwhile, ');
      await disk.clear();
      await saved(ann);
      await saved(newcomer);
      await shows(newcomer, ann.text.toString());
      await shows(await open(documentOf(ann)), ann.text.toString());
    });
  }

  test('[G1] [G2] filled by another program to the last byte: killed and started in that state, it reads; nothing acknowledged is lost', async () => {
    const ann = await open();
    for (const letter of 'abcdefgh') {
      ann.text.insert(ann.text.length, letter);
      await saved(ann);
    }
    ann.text.insert(8, letters(3 * mib));
    await saved(ann);
    const acknowledged = ann.text.toString();
    await disk.fillUpTo(0);
    ann.text.insert(0, 'later, ');
    await waitFor('the relay to refuse', () => relay.output().includes('bytes are free'));
    await shows(await open(documentOf(ann)), acknowledged);
    const { port } = relay;
    await relay.kill('SIGKILL');
    await start(port);
    await shows(await open(documentOf(ann)), acknowledged);
    expect(ann.status.unsaved).toBeGreaterThan(0);
    await disk.clear();
    await saved(ann);
    await shows(await open(documentOf(ann)), `later, ${acknowledged}`);
  });

  test('[G1] [G2] LevelDB itself meets the full disk: it is opened again, reads go on, nothing acknowledged is lost', async () => {
    await relay.kill('SIGKILL');
    await start(0, '1MiB');
    const ann = await open();
    // Under 4 MiB, which LevelDB holds in its log; the table it makes of them has no room then.
    for (let entry = 0; entry < 80; entry++) {
      ann.text.insert(0, letters(80_000));
      await saved(ann);
    }
    await disk.fillUpTo(2.9 * mib);
    const acknowledged = await typeUntilFull(ann, 80_000, /write failed: The disk is full\./u);
    await showsAtLeast(await open(documentOf(ann)), acknowledged);
    await disk.clear();
    await saved(ann);
    ann.text.insert(0, 'saved after all, ');
    await saved(ann);
    const { port } = relay;
    await relay.kill('SIGKILL');
    await ann.close();
    await start(port, '1MiB');
    await shows(await open(documentOf(ann)), ann.text.toString());
  });
});
