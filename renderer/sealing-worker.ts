import { doJob } from './sealing-job.ts';
import { answerJobs } from './worker-jobs.ts';

/** Seals and opens large entries and snapshots in a thread of its own, one after another. */
answerJobs(doJob);
