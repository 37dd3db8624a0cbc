import type { KeptReason } from './kept-versions.ts';

/** A document that changes is kept so often, in ms. */
export const keepEveryMs = 10 * 60_000;
/** Without a change for so long the document is at rest, in ms. */
export const quietMs = 3000;
/** A document that is never at rest is kept all the same, so long after it should have been, in ms. */
export const overdueMs = 60_000;

/** When an open document is to be kept for its history. All times are ms since 1970. */
export class KeepingPlan {
  #wanted: KeptReason | undefined = 'opened';
  #wantedMs: number;
  #keptMs: number;
  #changedMs = 0;
  #hasChanged = false;

  constructor(nowMs: number) {
    this.#wantedMs = nowMs;
    this.#keptMs = nowMs;
  }

  /** The text has changed. */
  changed(nowMs: number): void {
    this.#changedMs = nowMs;
    this.#hasChanged = true;
  }

  /** There is no text to keep yet; the first one that is there is no longer the one that was opened. */
  isEmpty(nowMs: number): void {
    if (this.#wanted === 'opened') this.#wanted = 'meanwhile';
    this.#wantedMs = nowMs;
  }

  /** Why the document is to be kept now, if it is; the same until it was kept. */
  due(nowMs: number): KeptReason | undefined {
    if (this.#wanted === undefined && this.#hasChanged && nowMs - this.#keptMs >= keepEveryMs) {
      this.#wanted = 'meanwhile';
      this.#wantedMs = nowMs;
    }
    const isAtRest = nowMs - this.#changedMs >= quietMs || nowMs - this.#wantedMs >= overdueMs;
    return isAtRest ? this.#wanted : undefined;
  }

  /** It is kept as it is at this moment. */
  kept(nowMs: number): void {
    this.#wanted = undefined;
    this.#keptMs = nowMs;
    this.#hasChanged = false;
  }

  /** Whether something would be lost for the history if the document were closed now. */
  get isLeftToKeep(): boolean {
    return this.#hasChanged;
  }
}
