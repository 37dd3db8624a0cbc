import type * as Y from 'yjs';
import { addReply, anchorOf, readThreads, startThread } from '../../sync/comments.ts';
import type { Provider } from '../../sync/provider.ts';
import type { Random } from './random.ts';

/** Unique tokens in angle brackets, filler letters around them; nobody writes inside a token, so each stays whole. */
const tokenPattern = /<[^<>]+>/g;

/** Letters that do not deflate to less than what one append takes. */
const pastedLetters = 110_000;

/** Types a token or filler at a random place outside of all tokens. */
export function typeSomewhere(text: Y.Text, random: Random, token: string | undefined): void {
  insertSomewhere(text, random, token ?? 'abcdefghij'.slice(0, 1 + random.below(9)));
}

/** Pastes a large piece of filler at such a place. */
export function pasteSomewhere(text: Y.Text, random: Random): void {
  const letters = Buffer.alloc(pastedLetters);
  for (let at = 0; at < letters.length; at++) letters[at] = 97 + random.below(26);
  insertSomewhere(text, random, letters.toString('latin1'));
}

function insertSomewhere(text: Y.Text, random: Random, written: string): void {
  const content = text.toString();
  const at = random.below(content.length + 1);
  const isInside = at > 0 && content.lastIndexOf('<', at - 1) > content.lastIndexOf('>', at - 1);
  text.insert(isInside ? content.indexOf('>', at) + 1 : at, written);
}

/** Deletes one run of filler, if there is any. */
export function deleteSomewhere(text: Y.Text, random: Random): void {
  const runs = [...text.toString().matchAll(/(?<=^|>)[a-z]+(?=<|$)/g)];
  if (runs.length === 0) return;
  const run = random.pick(runs);
  const start = run.index + random.below(run[0].length);
  text.delete(start, 1 + random.below(run.index + run[0].length - start));
}

/** Says a token about the text at a random place, or as a reply to what someone has said. */
export function commentSomewhere({ text, comments, doc }: Provider, random: Random, token: string): void {
  const said = { by: doc.clientID, atMs: 0, text: token };
  const { threads } = readThreads(comments);
  if (threads.length > 0 && random.below(2) === 0) {
    addReply(comments, random.pick(threads).id, said);
    return;
  }
  const at = random.below(text.length);
  startThread(comments, anchorOf(text, at, at + 1, ''), said);
}

/** How often each token stands in a text. */
export function countTokens(content: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [token] of content.matchAll(tokenPattern)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
