import { readFile, stat } from 'node:fs/promises';

interface KeptFile {
  /** What of the file on disk tells that it is still the same. */
  readonly version: string;
  readonly content: Promise<Buffer>;
}

/** Files in memory, each once for all who are sent it: who asks and does not read makes no copy (guarantee G7). */
export class WebFiles {
  readonly #kept = new Map<string, KeptFile>();

  /** The content of a file as it is on disk now, not to be changed; undefined where it cannot be read. */
  async read(file: string): Promise<Buffer | undefined> {
    try {
      const { mtimeMs, size } = await stat(file);
      const version = `${mtimeMs} ${size}`;
      let kept = this.#kept.get(file);
      if (kept?.version !== version) {
        kept = { version, content: readFile(file) };
        this.#kept.set(file, kept);
      }
      return await kept.content;
    } catch {
      this.#kept.delete(file);
      return undefined;
    }
  }
}
