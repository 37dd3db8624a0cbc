import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countTokens } from '../fuzz/writer.ts';
import { ClientProcess } from './client-process.ts';
import { readDurableLog } from './durable-log.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';
import { needStrace } from './strace.ts';

/** Slows every sync of the relay by 100 ms, so that between an acknowledgement and a late write there is time to look. */
const slowSyncs = [
  'strace',
  '-f',
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  'trace=fdatasync',
  '-e',
  'inject=fdatasync:delay_enter=100000',
];

for (const transport of ['websocket', 'polling'] as const) {
  const args = transport === 'polling' ? ['--polling-only'] : [];

  describe(`programs killed while people write, over ${transport}`, () => {
    let folder: string;
    let data: string;
    let relay: RelayProcess;
    const clients: ClientProcess[] = [];

    const client = (name: string, document: string, firstToken = 0) => {
      const started = new ClientProcess(name, {
        relayUrl: relay.url,
        document,
        journal: join(folder, name),
        firstToken,
      });
      clients.push(started);
      return started;
    };
    const restartRelay = async () => {
      relay = await startRelay({ data, args, port: relay.port });
    };
    /** Two people writing at once. */
    const twoWriters = async () => {
      const anna = client('anna', 'new');
      const document = await anna.editId();
      await anna.saved();
      const boris = client('boris', document);
      await boris.inState('live');
      for (const writer of [anna, boris]) writer.tell('type');
      await anna.typed(50);
      await boris.typed(50);
      expect([anna, boris].map((writer) => writer.last('status')?.carrier)).toEqual([transport, transport]);
      return { anna, boris, document };
    };
    /** Every token of each writer is in every copy and in the log, once; `certain` says from which number on it need not be. */
    const expectAllOnce = async (
      document: string,
      writers: readonly { writer: ClientProcess; from?: number; upTo: number }[],
    ) => {
      for (const { writer } of writers) await writer.settle();
      relay.signal('SIGSTOP');
      const log = await readDurableLog(data, document, () => relay.signal('SIGCONT'));
      const counts = countTokens(log.text);
      for (const [token, count] of counts) expect(count, token).toBe(1);
      for (const { writer, from = 0, upTo } of writers) {
        for (let number = from; number < upTo; number++) {
          expect(counts.has(`<${writer.name}.${number}>`), `<${writer.name}.${number}> of ${upTo}`).toBe(
            true,
          );
        }
      }
      for (const { writer } of writers) await writer.holds(log.text);
    };

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'inkroom-kill-'));
      data = join(folder, 'relay');
      relay = await startRelay({ data, args });
    });
    afterEach(async () => {
      for (const started of clients.splice(0)) await started.kill();
      await relay.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });

    it('[G1] [G2] [G9] the relay is killed while both type: what was said to be saved is on its disk, and every token is there once', async () => {
      const { anna, boris, document } = await twoWriters();
      await relay.kill('SIGKILL');
      const claims = [anna, boris].map((writer) => ({
        writer,
        claim: writer.reports.findLast((report) => report.type === 'status' && report.saved),
      }));
      const counts = countTokens((await readDurableLog(data, document)).text);
      for (const { writer, claim } of claims) {
        const saved = claim?.type === 'status' ? claim.tokens : 0;
        for (let number = 0; number < saved; number++)
          expect(counts.get(`<${writer.name}.${number}>`)).toBe(1);
      }
      await anna.inState('offline');
      await anna.typed(anna.tokens + 50);
      await restartRelay();
      await anna.inState('live');
      await boris.inState('live');
      await expectAllOnce(document, [
        { writer: anna, upTo: anna.tokens },
        { writer: boris, upTo: boris.tokens },
      ]);
    });

    it('[G2] [G9] a client is killed while offline with unsaved edits, started again and goes online', async () => {
      const { anna, boris, document } = await twoWriters();
      boris.tell('offline');
      await boris.inState('offline');
      await boris.typed(boris.tokens + 100);
      await boris.kill();
      const journaled = boris.last('journaled')?.tokens ?? 0;
      expect(journaled).toBeGreaterThan(100);
      const again = client('boris', document, 10_000);
      await again.inState('live');
      again.tell('type');
      await again.typed(10_050);
      await expectAllOnce(document, [
        { writer: anna, upTo: anna.tokens },
        { writer: again, from: 10_000, upTo: again.tokens },
        { writer: again, upTo: journaled },
      ]);
    });

    it('[G2] [G9] relay and client are killed together', async () => {
      const { anna, boris, document } = await twoWriters();
      await Promise.all([relay.kill('SIGKILL'), boris.kill()]);
      const journaled = boris.last('journaled')?.tokens ?? 0;
      expect(journaled).toBeGreaterThan(20);
      await restartRelay();
      const again = client('boris', document, 10_000);
      await again.inState('live');
      await anna.inState('live');
      again.tell('type');
      await again.typed(10_020);
      await expectAllOnce(document, [
        { writer: anna, upTo: anna.tokens },
        { writer: again, upTo: journaled },
        { writer: again, from: 10_000, upTo: again.tokens },
      ]);
    });

    it('[G1] [G4] every time a client says saved, a stopped relay has it all on disk, however slow its disk is', async (context) => {
      needStrace(context);
      await relay.kill('SIGTERM');
      relay = await startRelay({ data, args, port: relay.port, under: slowSyncs });
      const { anna, boris, document } = await twoWriters();
      let looks = 0;
      for (const writer of [anna, boris, anna, boris]) {
        // Alone, so that it has moments with everything saved.
        for (const other of [anna, boris]) await other.settle();
        const before = writer.tokens;
        const seen = writer.reports.length;
        writer.tell('type');
        await writer.typed(before + 3);
        writer.tell('pause');
        await writer.savedAfter(seen, before + 3);
        relay.signal('SIGSTOP');
        const claim = writer.reports.findLast((report) => report.type === 'status' && report.saved);
        const log = await readDurableLog(data, document, () => relay.signal('SIGCONT'));
        const counts = countTokens(log.text);
        const claimed = claim?.type === 'status' ? claim.tokens : 0;
        expect(claimed).toBeGreaterThanOrEqual(before + 3);
        for (let number = 0; number < claimed; number++)
          expect(counts.get(`<${writer.name}.${number}>`), `token ${number} of ${claimed}`).toBe(1);
        looks += 1;
      }
      expect(looks).toBe(4);
    });
  });
}
