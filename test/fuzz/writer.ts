import type * as Y from 'yjs';
import type { Random } from './random.ts';

/** Unique tokens in angle brackets, filler letters around them; nobody writes inside a token, so each stays whole. */
const tokenPattern = /<[^<>]+>/g;

/** Types a token or filler at a random place outside of all tokens. Gives the token, if it was one. */
export function typeSomewhere(text: Y.Text, random: Random, token: string | undefined): void {
  const content = text.toString();
  const positions: number[] = [];
  let depth = 0;
  for (let at = 0; at <= content.length; at++) {
    if (depth === 0) positions.push(at);
    if (content[at] === '<') depth += 1;
    if (content[at] === '>') depth -= 1;
  }
  text.insert(random.pick(positions), token ?? 'abcdefghij'.slice(0, 1 + random.below(9)));
}

/** Deletes one run of filler, if there is any. */
export function deleteSomewhere(text: Y.Text, random: Random): void {
  const runs = [...text.toString().matchAll(/(?<=^|>)[a-z]+(?=<|$)/g)];
  if (runs.length === 0) return;
  const run = random.pick(runs);
  const start = run.index + random.below(run[0].length);
  text.delete(start, 1 + random.below(run.index + run[0].length - start));
}

/** How often each token stands in a text. */
export function countTokens(content: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [token] of content.matchAll(tokenPattern)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
