import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserWindow, type Rectangle, screen } from 'electron';

/** Where a window was when it was last closed. */
interface SavedBounds {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

/** Windows remembered; the oldest are forgotten, so the file stays small. */
const maxRemembered = 200;
/** Moving and resizing come in bursts; one write follows each burst. */
const writeDelayMs = 300;
/** A window must show this much of itself on some display, or it opens where the system puts it. */
const visiblePx = 64;

/** Remembers for one profile where each window was. Losing the file only costs the positions. */
export class WindowBounds {
  readonly #file: string;
  readonly #saved: Map<string, SavedBounds>;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#file = join(folder, 'windows.json');
    this.#saved = new Map(readSaved(this.#file));
  }

  /** Position and size for a window to be made, given its usual size. */
  boundsFor(name: string, size: { readonly width: number; readonly height: number }): Partial<Rectangle> {
    const saved = this.#saved.get(keyOf(name));
    return saved !== undefined && isVisible(saved.bounds) ? saved.bounds : size;
  }

  /** Follows a window from now on, after making it as large as it was. */
  follow(name: string, window: BrowserWindow): void {
    const key = keyOf(name);
    if (this.#saved.get(key)?.maximized === true) window.maximize();
    const remember = () => {
      this.#saved.delete(key);
      this.#saved.set(key, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
      this.#writeSoon();
    };
    window.on('resize', remember);
    window.on('move', remember);
    window.on('close', remember);
  }

  /** Writes what has not been written; call before the process ends. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#timer !== undefined) this.#write();
    await this.#writing;
  }

  #writeSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), writeDelayMs);
  }

  #write(): void {
    this.#timer = undefined;
    const text = JSON.stringify([...this.#saved].slice(-maxRemembered));
    this.#writing = this.#writing.then(async () => {
      await mkdir(join(this.#file, '..'), { recursive: true });
      await writeFile(`${this.#file}.next`, text, { mode: 0o600 });
      await rename(`${this.#file}.next`, this.#file);
    });
    this.#writing = this.#writing.catch((error: unknown) =>
      console.error('Window positions were not kept:', error),
    );
  }
}

/** A document's ID opens the document, so the file gets a digest of it. */
function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 22);
}

function isVisible(bounds: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const width =
      Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x);
    const height =
      Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y);
    return width >= visiblePx && height >= visiblePx;
  });
}

function readSaved(file: string): readonly (readonly [string, SavedBounds])[] {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(parsed) ? parsed.filter(isSavedRow) : [];
  } catch {
    return [];
  }
}

function isSavedRow(row: unknown): row is [string, SavedBounds] {
  if (!Array.isArray(row) || typeof row[0] !== 'string') return false;
  const saved: unknown = row[1];
  if (typeof saved !== 'object' || saved === null || !('bounds' in saved) || !('maximized' in saved))
    return false;
  const { bounds, maximized } = saved;
  if (typeof bounds !== 'object' || bounds === null || typeof maximized !== 'boolean') return false;
  const numbers = new Map<string, unknown>(Object.entries(bounds));
  return ['x', 'y', 'width', 'height'].every((key) => Number.isSafeInteger(numbers.get(key)));
}
