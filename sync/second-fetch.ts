import type { Cursor } from '../protocol/ids.ts';
import type { Clock } from './clock.ts';
import type { Holes } from './holes.ts';

/** First wait before entries that did not open are fetched again, in ms: what else comes meanwhile is fetched with them. */
const firstMs = 2000;
/** Longest wait, in ms; whoever writes junk makes nobody fetch more often. */
const longestMs = 600_000;

/** Fetches entries that did not open once more: all together, after waits of which each is twice as long as the one before. */
export class SecondFetch {
  #fetches = 0;
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(
    private readonly holes: Pick<Holes, 'due'>,
    private readonly clock: Clock,
    /** Reads the log again behind a cursor, or as a whole; false where it cannot now. */
    private readonly fetch: (from: Cursor | undefined) => boolean,
  ) {}

  /** Holes may have come. */
  look(): void {
    if (this.#ended || this.#cancel !== undefined || this.holes.due === undefined) return;
    const waitMs = Math.min(longestMs, firstMs * 2 ** this.#fetches) * (0.5 + this.clock.random() / 2);
    this.#cancel = this.clock.after(waitMs, () => {
      this.#cancel = undefined;
      const { due } = this.holes;
      if (due !== undefined && this.fetch(due.from)) this.#fetches += 1;
      this.look();
    });
  }

  /** Nothing more is fetched. */
  end(): void {
    this.#ended = true;
    this.#cancel?.();
  }
}
