import type { PreparedFrame } from './prepared-frame.ts';

/** Frames that follow each other in a large entry or a snapshot, read from the store at once. */
export type FrameRun = readonly PreparedFrame[];

/** One member's reading of something large. It is closed when all is read, or the member goes. */
export interface SharedReading {
  /** The frames at this offset: `read` is called unless others have them or are reading them. Rejects as `read` does. */
  run(offset: number, read: () => Promise<FrameRun>): Promise<FrameRun>;
  close(): void;
}

/** Runs of 256 KiB that are kept at most: 8 MiB, whatever is read by how many (guarantee G7). */
const mostRuns = 32;

/**
 * What several members read at about the same time is read from disk, checked and framed once. Nothing is kept for one
 * alone, nor after they have it.
 */
export class SharedFrames {
  readonly #readers = new Map<string, number>();
  /** By source and offset, the one that was asked for last at the end. */
  readonly #runs = new Map<string, { readonly source: string; readonly frames: Promise<FrameRun> }>();

  /** `source` names bytes that never change. */
  open(source: string): SharedReading {
    this.#count(source, 1);
    let open = true;
    return {
      run: (offset, read) => this.#run(source, offset, read),
      close: () => {
        if (open) this.#count(source, -1);
        open = false;
      },
    };
  }

  /** Runs that are kept or being read. */
  get size(): number {
    return this.#runs.size;
  }

  #run(source: string, offset: number, read: () => Promise<FrameRun>): Promise<FrameRun> {
    const key = `${source} ${offset}`;
    const run = this.#runs.get(key) ?? { source, frames: read() };
    const isNew = !this.#runs.delete(key);
    this.#runs.set(key, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > mostRuns && oldest !== undefined) this.#runs.delete(oldest);
    if (isNew) {
      const forget = () => {
        if (this.#runs.get(key) === run) this.#runs.delete(key);
      };
      run.frames.then(() => {
        if (!this.#isShared(source)) forget();
      }, forget);
    }
    return run.frames;
  }

  #count(source: string, change: 1 | -1): void {
    const readers = (this.#readers.get(source) ?? 0) + change;
    if (readers > 0) this.#readers.set(source, readers);
    else this.#readers.delete(source);
    if (change > 0 || this.#isShared(source)) return;
    for (const [key, run] of this.#runs) if (run.source === source) this.#runs.delete(key);
  }

  #isShared(source: string): boolean {
    return (this.#readers.get(source) ?? 0) > 1;
  }
}
