import { describe, expect, it } from 'vitest';
import type * as Y from 'yjs';
import { readFriendsTrace, replayTrace } from '../fixtures/friends-trace.ts';

const trace = readFriendsTrace();

function textsOf(docs: readonly Y.Doc[]): string[] {
  return docs.map((doc) => doc.getText('content').toString());
}

describe('a real history of two authors, its parents honoured', () => {
  it('[G3] gives the recorded text with client ids in the order of the authors', () => {
    expect(textsOf(replayTrace(trace.steps, [1, 2]))).toEqual([trace.endContent, trace.endContent]);
  });

  it('[G3] converges to a text of the same length with client ids in reversed order', () => {
    const [first, second] = textsOf(replayTrace(trace.steps, [2, 1]));
    expect(first).toBe(second);
    expect(first).toHaveLength(trace.endContent.length);
  });
});
