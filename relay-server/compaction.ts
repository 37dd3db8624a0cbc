import type { Clock } from './clock.ts';
import type { SnapshotPace } from './snapshot-paces.ts';
import type { SnapshotInfo } from './snapshot-store.ts';
import { uploadPaces } from './upload-slots.ts';

/** When the relay asks for snapshots (rule C1). */
export interface CompactionConfig {
  /** Bytes after the newest snapshot that are worth another one; also as many as that snapshot has. */
  readonly minBytes: number;
  /** A snapshot this old is worth another one for any entry. */
  readonly afterMs: number;
  /** An editor that offers nothing for so long is passed over. */
  readonly offerWithinMs: number;
}

/** A live editor as compaction sees it. */
export interface SnapshotEditor {
  readonly id: number;
  /** Asks it to replace the newest snapshot, which is at this seq; 0 for none. */
  requestSnapshot(previousSeq: number): void;
}

/** The room as compaction sees it. */
export interface CompactedRoom {
  readonly newestSnapshot: SnapshotInfo | undefined;
  /** Entries after the newest snapshot. */
  readonly entriesAfter: number;
  /** Their bytes. */
  readonly bytesAfter: number;
  /** Whether these are over the hard cap (rule C6). */
  readonly full: boolean;
  liveEditors(): Iterable<SnapshotEditor>;
}

/** After everyone has been asked in vain, or the disk has failed, nobody is asked for this many times `offerWithinMs`: 5 min. */
const restFactor = 10;
/** Failures in a row, of any editors, after which there is a rest: one that leaves and comes back is new each time. */
const mostFailures = 16;
/** A snapshot that a client cannot open is replaced at most this often. */
export const distrustPauseMs = 600_000;

/** Decides when a room needs a new snapshot and whom to ask for it (rule C1). */
export class Compaction {
  readonly #room: CompactedRoom;
  readonly #config: CompactionConfig;
  readonly #clock: Clock;
  /** Of snapshots for what was written. */
  readonly #pace: SnapshotPace;
  /** Editors that may offer what follows the newest snapshot. */
  readonly #asked = new Set<number>();
  /** Editors that are not asked again before `#retryMs`. */
  readonly #failed = new Set<number>();
  /** Whose snapshot is awaited. */
  #awaited: number | undefined;
  /** Of the snapshot that is awaited, since it was announced. */
  #receivedBytes = 0;
  #lastAsked = 0;
  #failures = 0;
  /** Nobody is asked before. */
  #restUntilMs = Number.NEGATIVE_INFINITY;
  /** When those that failed are asked again. Whoever comes meanwhile is asked at once. */
  #retryMs: number | undefined;
  /** When the newest snapshot was made, or the room was opened. */
  #sinceMs: number;
  #distrusted = false;
  #distrustedMs = Number.NEGATIVE_INFINITY;
  #stopOfferTimer: () => void = () => {};
  #nextLook: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(room: CompactedRoom, config: CompactionConfig, clock: Clock, pace: SnapshotPace) {
    this.#room = room;
    this.#config = config;
    this.#clock = clock;
    this.#pace = pace;
    const createdMs = room.newestSnapshot?.createdMs;
    const ageMs = createdMs === undefined ? 0 : Math.max(0, clock.epochMs() - createdMs);
    this.#sinceMs = clock.now() - ageMs;
  }

  /** Whether the newest snapshot may be replaced by one at the same seq. */
  get distrusted(): boolean {
    return this.#distrusted;
  }

  /** Whether this editor's offer is taken (rule C4). */
  mayOffer(editorId: number): boolean {
    return this.#asked.has(editorId) || this.#room.full;
  }

  /** Something it depends on has changed: asks an editor if it is time. Has timers only while editors are live. */
  look(): void {
    if (this.#awaited !== undefined) return;
    const now = this.#clock.now();
    const dueMs = Math.max(this.#dueMs(now), this.#restUntilMs);
    if (dueMs > now) {
      this.#lookAt(dueMs);
      return;
    }
    const editors = [...this.#room.liveEditors()];
    if (editors.length === 0) return;
    if (this.#retryMs !== undefined && this.#retryMs <= now) {
      this.#retryMs = undefined;
      this.#failed.clear();
    }
    const candidates = editors.filter(({ id }) => !this.#failed.has(id)).sort((a, b) => a.id - b.id);
    const editor = candidates.find(({ id }) => id > this.#lastAsked) ?? candidates[0];
    if (editor !== undefined) {
      this.#ask(editor);
    } else {
      this.#retryMs ??= now + this.#restMs;
      this.#lookAt(this.#retryMs);
    }
  }

  /** The editor has announced a snapshot: no other is asked while that is on its way, and comes fast enough. */
  offered(editorId: number): void {
    if (this.#awaited !== editorId) return;
    this.#receivedBytes = 0;
    this.#watchUpload(editorId, this.#clock.now());
  }

  /** Bytes of the editor's snapshot have come. */
  received(editorId: number, bytes: number): void {
    if (this.#awaited === editorId) this.#receivedBytes += bytes;
  }

  /** The editor's snapshot was refused: another one is asked. */
  refused(editorId: number): void {
    this.#asked.delete(editorId);
    this.#passOver(editorId);
  }

  /** The editor has left: another one is asked. */
  left(editorId: number): void {
    this.#asked.delete(editorId);
    this.#passOver(editorId);
    this.#failed.delete(editorId);
  }

  /** The disk failed: it would fail the next snapshot, too. */
  storeFailed(editorId: number): void {
    this.#rest();
    this.refused(editorId);
    this.#failed.clear();
  }

  /** There is a new newest snapshot. The next look follows when its editor has its answer. */
  committed(): void {
    this.stop();
    this.#asked.clear();
    this.#failed.clear();
    this.#retryMs = undefined;
    this.#failures = 0;
    this.#restUntilMs = Number.NEGATIVE_INFINITY;
    this.#distrusted = false;
    this.#sinceMs = this.#clock.now();
    this.#pace.made();
  }

  /** A client could not open a snapshot (rule S6). */
  distrust(): void {
    const now = this.#clock.now();
    if (this.#room.newestSnapshot === undefined || now - this.#distrustedMs < distrustPauseMs) return;
    this.#distrustedMs = now;
    this.#distrusted = true;
    this.look();
  }

  /** Waits for nothing and has no timers any more, until the next look. */
  stop(): void {
    this.#awaited = undefined;
    this.#stopOfferTimer();
    this.#nextLook?.cancel();
    this.#nextLook = undefined;
  }

  #dueMs(now: number): number {
    const { newestSnapshot, bytesAfter, entriesAfter, full } = this.#room;
    const { minBytes, afterMs } = this.#config;
    if (full || this.#distrusted) return now;
    const agedMs = this.#sinceMs + afterMs;
    if (bytesAfter > minBytes && bytesAfter > (newestSnapshot?.bytes ?? 0))
      return Math.max(now, Math.min(agedMs, this.#pace.nextMs));
    return entriesAfter > 0 ? agedMs : Number.POSITIVE_INFINITY;
  }

  #ask(editor: SnapshotEditor): void {
    const { id } = editor;
    this.#awaited = id;
    this.#asked.add(id);
    this.#lastAsked = id;
    this.#stopOfferTimer = this.#clock.setTimer(() => this.#passOver(id), this.#config.offerWithinMs);
    editor.requestSnapshot(this.#room.newestSnapshot?.cursor.seq ?? 0);
  }

  /** Who is passed over here may still go on: whichever snapshot is complete first counts. */
  #watchUpload(editorId: number, sinceMs: number): void {
    this.#stopOfferTimer();
    this.#stopOfferTimer = this.#clock.setTimer(() => {
      const elapsedMs = this.#clock.now() - sinceMs;
      const isSlow = (this.#receivedBytes / elapsedMs) * 1000 < uploadPaces.busyBytesPerSecond;
      if (isSlow) this.#passOver(editorId);
      else this.#watchUpload(editorId, sinceMs);
    }, uploadPaces.graceMs);
  }

  #passOver(editorId: number): void {
    if (this.#awaited !== editorId) return;
    this.#stopOfferTimer();
    this.#awaited = undefined;
    this.#failed.add(editorId);
    this.#failures += 1;
    if (this.#failures >= mostFailures) this.#rest();
    this.look();
  }

  #rest(): void {
    this.#failed.clear();
    this.#failures = 0;
    this.#restUntilMs = this.#clock.now() + this.#restMs;
  }

  #lookAt(atMs: number): void {
    if (atMs === Number.POSITIVE_INFINITY || (this.#nextLook !== undefined && this.#nextLook.atMs <= atMs))
      return;
    const [anEditor] = this.#room.liveEditors();
    if (anEditor === undefined) return;
    this.#nextLook?.cancel();
    const ring = () => {
      this.#nextLook = undefined;
      this.look();
    };
    this.#nextLook = { atMs, cancel: this.#clock.setTimer(ring, atMs - this.#clock.now()) };
  }

  get #restMs(): number {
    return restFactor * this.#config.offerWithinMs;
  }
}
