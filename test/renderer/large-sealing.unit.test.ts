import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { largeSealing } from '../../renderer/large-sealing.ts';
import type { SealingJob } from '../../renderer/sealing-job.ts';
import type { NumberedJob, NumberedResult } from '../../renderer/worker-jobs.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { open, seal } from '../../sync/sealing.ts';

const keys = deriveKeys(newDocumentSecret());
const key = { roomId: keys.roomId, contentKey: keys.contentKey };
const update = new Uint8Array(1000).fill(7);

/** Stands for the browser's worker: answers while it lives, and is silent once it has failed or been ended. */
class FakeWorker extends EventTarget {
  static readonly all: FakeWorker[] = [];
  readonly jobs: NumberedJob<SealingJob>[] = [];
  answers = true;
  ended = false;

  constructor() {
    super();
    FakeWorker.all.push(this);
  }

  postMessage(job: NumberedJob<SealingJob>): void {
    this.jobs.push(job);
    if (!this.answers || this.ended) return;
    const data: NumberedResult<Uint8Array> = {
      number: job.number,
      result: seal(key, 'entry', job.job.bytes),
    };
    queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
  }

  terminate(): void {
    this.ended = true;
  }

  fail(event: 'error' | 'messageerror'): void {
    this.answers = false;
    this.dispatchEvent(new Event(event));
  }
}

function onlyWorker(): FakeWorker {
  const [worker] = FakeWorker.all;
  if (worker === undefined) throw new Error('no worker was started');
  return worker;
}

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
});
afterEach(() => {
  vi.unstubAllGlobals();
  FakeWorker.all.splice(0);
});

describe('[G2] large entries', () => {
  it('are sealed by one worker while it works', async () => {
    const sealing = largeSealing(keys);
    expect(open(key, 'entry', await sealing.seal('entry', update))).toEqual(update);
    await sealing.seal('entry', update);
    expect(FakeWorker.all).toHaveLength(1);
    expect(onlyWorker().jobs).toHaveLength(2);
    sealing.close();
    expect(onlyWorker().ended).toBe(true);
  });

  for (const event of ['error', 'messageerror'] as const) {
    it(`are sealed and opened here after the worker's ${event}, those that waited for it and every later one`, async () => {
      const sealing = largeSealing(keys);
      const sealed = await sealing.seal('entry', update);
      const worker = onlyWorker();
      worker.answers = false;
      const waiting = sealing.open('entry', sealed);
      worker.fail(event);
      expect(await waiting).toEqual(update);
      expect(worker.ended).toBe(true);

      expect(await sealing.open('entry', sealed)).toEqual(update);
      expect(open(key, 'entry', await sealing.seal('entry', update))).toEqual(update);
      expect(await sealing.open('entry', sealed.slice(1))).toBeUndefined();
      expect(FakeWorker.all).toHaveLength(1);
      sealing.close();
    }, 2000);
  }

  it('are sealed here where no worker can be made at all', async () => {
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          throw new DOMException('not allowed', 'SecurityError');
        }
      },
    );
    const sealing = largeSealing(keys);
    const sealed = await sealing.seal('entry', update);
    expect(await sealing.open('entry', sealed)).toEqual(update);
    sealing.close();
  });
});
