import * as Y from 'yjs';

/**
 * Rebuilds what the relay's log holds beside the own copy, to find what the log lacks: it may have been restored from
 * a backup, or wiped. Lives from a full load until the check is done.
 */
export class Lineage {
  readonly #loaded = new Y.Doc();

  /** An update of the log, in the order received. Updates that do not apply are left out here as in the copy. */
  add(update: Uint8Array): void {
    try {
      Y.applyUpdate(this.#loaded, update);
    } catch {
      // The copy itself reports it.
    }
  }

  /** What the copy has and the log has not, as one update; undefined when the log has it all. */
  missingFrom(doc: Y.Doc): Uint8Array | undefined {
    const isComplete = Y.snapshotContainsUpdate(Y.snapshot(this.#loaded), Y.encodeStateAsUpdate(doc));
    return isComplete ? undefined : Y.encodeStateAsUpdate(doc, Y.encodeStateVector(this.#loaded));
  }

  /** All that the log holds, as one update (V1). */
  encode(): Uint8Array {
    return Y.encodeStateAsUpdate(this.#loaded);
  }

  close(): void {
    this.#loaded.destroy();
  }
}
