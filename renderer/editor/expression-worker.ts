import { type ExpressionJob, type ExpressionNews, searchExpression } from './expression-job.ts';

/** Searches for regular expressions in a thread of its own, which can be ended when one takes too long. */
self.addEventListener('message', ({ data }: MessageEvent<ExpressionJob>) => {
  self.postMessage({ job: data.job, result: 'begun' } satisfies ExpressionNews);
  self.postMessage(searchExpression(data) satisfies ExpressionNews);
});
