import type { Cursor } from '../protocol/ids.ts';
import type { Clock } from './clock.ts';
import type { ReceivedEntry } from './log-reader.ts';

/** Entries of one frame and the position after them. */
export interface InboundStep {
  readonly entries: readonly ReceivedEntry[];
  readonly cursor: Cursor;
}

/** What is applied at once. */
export interface Slice {
  /** Entries of consecutive frames, in order; to be read once, to its end. */
  readonly entries: Iterable<ReceivedEntry>;
  /** After the entries: the position after the last frame that is complete with them; undefined where none is. */
  cursor(): Cursor | undefined;
}

type Queued =
  | { readonly type: 'task'; readonly run: () => undefined | Promise<void> }
  | { readonly type: 'frame'; readonly step: InboundStep; readonly applied: () => void; next: number };

/** Time after which a slice takes no further entry, in ms: with what follows from it on the screen, half a frame of it. */
const sliceMs = 6;
/** Entries in a slice, whatever the clock says; some ten times what fits into its time. */
export const maxSliceEntries = 2000;
/** Slices begin this many ms apart at least: 25 a second look like one stream, and each costs the screen an update of some 10 ms. */
const apartMs = 40;
/** After a slice the queue rests at least this many times as long as the slice took, and at most `longestRestMs`. */
const restShare = 3;
const longestRestMs = 100;

/**
 * Frames and tasks in the order they came. Frames are applied in short slices with turns of the event loop between them,
 * so that keys are handled ahead of what waits here: at once after a quiet while, together while frames come fast.
 */
export class InboundQueue {
  #queue: Queued[] = [];
  /** A task takes its time, or something here is running already. */
  #busy = false;
  #restUntilMs = 0;
  #cancelRest: (() => void) | undefined;
  #closed = false;
  /** A stream is being caught up with: the queue rests no longer than a turn. */
  hurries = false;

  constructor(
    private readonly clock: Clock,
    private readonly apply: (slice: Slice) => void,
  ) {}

  /** Whether something is under way or waits. */
  get isBusy(): boolean {
    return this.#busy || this.#queue.length > 0;
  }

  /** Applies a frame after all before it; then calls `applied`. */
  pushFrame(step: InboundStep, applied: () => void): void {
    this.#enqueue({ type: 'frame', step, applied, next: 0 });
  }

  /** Runs a task after all before it, and what comes later after its promise. */
  pushTask(run: () => undefined | Promise<void>): void {
    this.#enqueue({ type: 'task', run });
  }

  /** Forgets what waits: no cursor covers it, so it comes again. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#cancelRest?.();
  }

  #enqueue(queued: Queued): void {
    if (this.#closed) return;
    this.#queue.push(queued);
    this.#run();
  }

  #run(): void {
    while (!this.#busy && this.#cancelRest === undefined && !this.#closed) {
      const [first] = this.#queue;
      if (first === undefined) return;
      if (first.type === 'task') this.#runTask(first.run);
      else {
        const waitMs = this.#restUntilMs - this.clock.now();
        // No rest is longer: then the clock was set back.
        if (waitMs > 0 && waitMs <= longestRestMs) this.#rest(waitMs);
        else this.#runSlice();
      }
    }
  }

  #runTask(task: () => undefined | Promise<void>): void {
    this.#queue.shift();
    this.#busy = true;
    let more: undefined | Promise<void>;
    try {
      more = task();
    } finally {
      this.#busy = more !== undefined;
    }
    void more?.finally(() => {
      this.#busy = false;
      this.#run();
    });
  }

  #rest(ms: number): void {
    this.#cancelRest = this.clock.after(ms, () => {
      this.#cancelRest = undefined;
      this.#run();
    });
  }

  #runSlice(): void {
    const startMs = this.clock.now();
    const complete: (Queued & { readonly type: 'frame' })[] = [];
    const entries = this.#slice(startMs, (frame) => complete.push(frame));
    this.#busy = true;
    try {
      this.apply({ entries, cursor: () => complete.at(-1)?.step.cursor });
      for (const { applied } of complete) applied();
    } finally {
      this.#busy = false;
    }
    const endMs = this.clock.now();
    const isBehind = this.#queue[0]?.type === 'frame' && this.#queue[0].next > 0;
    if (isBehind) this.#rest(0);
    else if (!this.hurries) {
      const restMs = Math.min(longestRestMs, restShare * (endMs - startMs));
      this.#restUntilMs = Math.max(startMs + apartMs, endMs + restMs);
    }
  }

  *#slice(
    startMs: number,
    onComplete: (frame: Queued & { readonly type: 'frame' }) => void,
  ): Generator<ReceivedEntry, void, void> {
    let count = 0;
    for (let [first] = this.#queue; first?.type === 'frame'; [first] = this.#queue) {
      const { entries } = first.step;
      for (; first.next < entries.length; count++) {
        const isOver = count >= maxSliceEntries || this.clock.now() - startMs >= sliceMs;
        if (count > 0 && isOver) return;
        const entry = entries[first.next];
        first.next += 1;
        if (entry !== undefined) yield entry;
      }
      this.#queue.shift();
      onComplete(first);
    }
  }
}
