import {
  changesSince,
  documentOf,
  nothingYet,
  peopleNamed,
  summaryOf,
  type VersionChanges,
  type VersionSummary,
} from './version-figures.ts';

/** A version to be read, and the one before it where there is one; both as Yjs updates (V1). */
export interface VersionJob {
  readonly update: Uint8Array;
  readonly older?: Uint8Array;
}

/** What a version holds, and what was done since the one before. */
export interface ReadVersion {
  readonly text: string;
  readonly summary: VersionSummary;
  readonly changes: VersionChanges;
}

/** Reads a version in the thread that calls it; undefined for what is not an update. */
export function readVersion({ update, older }: VersionJob): ReadVersion | undefined {
  try {
    const [doc, before] = [documentOf(update), older === undefined ? undefined : documentOf(older)];
    const named = new Map([...(before === undefined ? [] : peopleNamed(before)), ...peopleNamed(doc)]);
    const since = before === undefined ? nothingYet : summaryOf(before);
    const read = {
      text: doc.getText('content').toString(),
      summary: summaryOf(doc),
      changes: changesSince(doc, since, named),
    };
    doc.destroy();
    before?.destroy();
    return read;
  } catch {
    return undefined;
  }
}
