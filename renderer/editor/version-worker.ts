import { answerJobs } from '../worker-jobs.ts';
import { readVersion } from './version-job.ts';

/** Reads versions in a thread of its own: a long document takes a tenth of a second each, which would be felt while typing. */
answerJobs(readVersion);
