import * as Y from 'yjs';
import { toHex } from '../../protocol/ids.ts';
import type { Provider } from '../../sync/provider.ts';
import { countTokens } from './writer.ts';

/**
 * What is wrong with copies that should be settled: not saved, not equal, something pending, a token lost or doubled.
 * `tokens` says of each whether it must be there; the others may be there once or not at all.
 */
export function problemsOf(
  copies: readonly Provider[],
  tokens: ReadonlyMap<string, boolean>,
): readonly string[] {
  const problems: string[] = [];
  const first = copies[0];
  if (first === undefined) return ['no copies'];
  const content = first.text.toString();
  const state = toHex(Y.encodeSnapshot(Y.snapshot(first.doc)));
  copies.forEach((copy, index) => {
    if (!copy.status.saved) problems.push(`copy ${index} is not saved: ${JSON.stringify(copy.status)}`);
    if (copy.status.diverged) problems.push(`copy ${index} raised the alarm`);
    if (copy.status.unopened > 0)
      problems.push(`copy ${index} could not open ${copy.status.unopened} entries`);
    if (copy.text.toString() !== content) problems.push(`copy ${index} has another text`);
    if (toHex(Y.encodeSnapshot(Y.snapshot(copy.doc))) !== state)
      problems.push(`copy ${index} has another state or delete set`);
    if (copy.doc.store.pendingStructs !== null || copy.doc.store.pendingDs !== null)
      problems.push(`copy ${index} waits for updates`);
  });
  const comments = JSON.stringify([...first.comments.values()]);
  for (const [place, counts] of [
    ['the text', countTokens(content)],
    ['the comments', countTokens(comments)],
  ] as const) {
    for (const [token, isCertain] of tokens) {
      const count = counts.get(token) ?? 0;
      if (count > 1 || (isCertain && count === 0))
        problems.push(`${token} is there ${count} times in ${place}`);
    }
    for (const token of counts.keys()) if (!tokens.has(token)) problems.push(`${token} was never written`);
  }
  return problems;
}
