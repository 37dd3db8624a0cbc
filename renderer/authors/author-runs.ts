import type { TextPieces } from '../editor/text-pieces.ts';

/** Text that was written under one client id. */
export interface AuthorRun {
  readonly client: number;
  readonly from: number;
  readonly to: number;
}

/** Pieces looked at in one go; well under a millisecond. */
const slicePieces = 10_000;

/** Who wrote the text between two positions, in order and without gaps. Costs what lies between them. */
export function authorRuns(pieces: TextPieces, from: number, to: number): readonly AuthorRun[] {
  const runs: AuthorRun[] = [];
  if (from >= to) return runs;
  pieces.walk(from, (piece, start) => {
    if (start >= to) return false;
    const { client } = piece.id;
    const last = runs.at(-1);
    const run = { client, from: Math.max(from, start), to: Math.min(to, start + piece.length) };
    if (last?.client === client) runs[runs.length - 1] = { ...last, to: run.to };
    else runs.push(run);
    return true;
  });
  return runs;
}

/** How many letters of each client id a text has. Looks at it in slices; what changes meanwhile may be missed. */
export async function countLetters(
  pieces: TextPieces,
  pause: () => Promise<void>,
): Promise<ReadonlyMap<number, number>> {
  const letters = new Map<number, number>();
  for (let from = 0; from < pieces.text.length; ) {
    let looked = 0;
    pieces.walk(from, (piece, start) => {
      const end = start + piece.length;
      letters.set(piece.id.client, (letters.get(piece.id.client) ?? 0) + end - Math.max(from, start));
      from = end;
      looked += 1;
      return looked < slicePieces;
    });
    if (looked === 0) break;
    await pause();
  }
  return letters;
}
