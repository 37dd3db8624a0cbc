import type { ExpressionAnswer, ExpressionJob, ExpressionNews } from './expression-job.ts';

/** Time after which a search that has begun is given up. Long enough for megabytes, short enough to wait for. */
const patienceMs = 2000;

interface Waiting {
  /** Runs from when the thread has come to it: one that is still starting is not slow. */
  timer: number | undefined;
  readonly done: (answer: ExpressionAnswer | 'slow' | undefined) => void;
}

/** The thread in which expressions are looked for. A search that takes too long ends it; the next one starts another. */
export class ExpressionThread {
  #worker: Worker | undefined;
  #lastJob = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** A number for the next question. */
  nextJob(): number {
    this.#lastJob += 1;
    return this.#lastJob;
  }

  /** Answers; `slow` where it was given up, undefined where the thread was ended for another reason. */
  ask(job: ExpressionJob): Promise<ExpressionAnswer | 'slow' | undefined> {
    // Whatever is still looked for is of no interest any more, and may be what takes for ever.
    if (this.#waiting.size > 0) this.#end(undefined);
    return new Promise((done) => {
      this.#waiting.set(job.job, { timer: undefined, done });
      this.#worker ??= this.#start();
      this.#worker.postMessage(job);
    });
  }

  /** Ends it. */
  close(): void {
    this.#end(undefined);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./expression-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<ExpressionNews>) => {
      const waiting = this.#waiting.get(data.job);
      if (data.result === 'begun') {
        if (waiting !== undefined) waiting.timer = window.setTimeout(() => this.#end('slow'), patienceMs);
        return;
      }
      this.#waiting.delete(data.job);
      window.clearTimeout(waiting?.timer);
      waiting?.done(data);
    });
    worker.addEventListener('error', () => this.#end(undefined));
    return worker;
  }

  #end(answer: 'slow' | undefined): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { timer, done } of waiting) {
      window.clearTimeout(timer);
      done(answer);
    }
  }
}
