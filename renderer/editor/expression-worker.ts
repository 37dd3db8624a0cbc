import { type ExpressionAnswer, type ExpressionJob, searchExpression } from './expression-job.ts';

/** Searches for regular expressions in a thread of its own, which can be ended when one takes too long. */
self.addEventListener('message', ({ data }: MessageEvent<ExpressionJob>) => {
  self.postMessage(searchExpression(data) satisfies ExpressionAnswer);
});
