/** Work for another thread; `close` ends the thread. */
export interface WorkerJobs<Job, Result> {
  do(job: Job): Promise<Result>;
  close(): void;
}

/** What is sent to the thread. */
export interface NumberedJob<Job> {
  readonly number: number;
  readonly job: Job;
}

/** What comes back. */
export interface NumberedResult<Result> {
  readonly number: number;
  readonly result: Result;
}

/**
 * Has jobs done by a worker, started with the first. Where no worker starts or stays, the work is done here: it is felt for
 * a moment, never left undone.
 */
export function workerJobs<Job, Result>(
  startWorker: () => Worker,
  doHere: (job: Job) => Result,
): WorkerJobs<Job, Result> {
  const waiting = new Map<number, { readonly job: Job; readonly done: (result: Result) => void }>();
  let worker: Worker | undefined;
  let failed = false;
  let last = 0;
  const finish = (number: number, result: Result) => {
    waiting.get(number)?.done(result);
    waiting.delete(number);
  };
  /** Nothing more is heard from a worker that has failed once: what it was asked is done here, and all that follows. */
  const giveUp = () => {
    failed = true;
    worker?.terminate();
    worker = undefined;
    for (const [number, { job }] of [...waiting]) finish(number, doHere(job));
  };
  const start = () => {
    const started = startWorker();
    started.addEventListener('message', ({ data }: MessageEvent<NumberedResult<Result>>) =>
      finish(data.number, data.result),
    );
    started.addEventListener('error', giveUp);
    started.addEventListener('messageerror', giveUp);
    return started;
  };
  return {
    do: (job) => {
      if (failed) return Promise.resolve(doHere(job));
      last += 1;
      const number = last;
      return new Promise((done) => {
        waiting.set(number, { job, done });
        try {
          worker ??= start();
          worker.postMessage({ number, job } satisfies NumberedJob<Job>);
        } catch {
          giveUp();
        }
      });
    },
    close: () => worker?.terminate(),
  };
}

/** The other side: answers each job in turn. */
export function answerJobs<Job, Result>(doJob: (job: Job) => Result): void {
  self.addEventListener('message', ({ data }: MessageEvent<NumberedJob<Job>>) => {
    self.postMessage({ number: data.number, result: doJob(data.job) } satisfies NumberedResult<Result>);
  });
}
