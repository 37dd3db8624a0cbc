import { effect, type ReadonlySignal, signal } from '@preact/signals';
import * as Y from 'yjs';
import { restorationKey } from '../../sync/restoration.ts';
import { stateBefore } from '../../sync/state-before.ts';
import type { DocumentSession } from './document-session.ts';
import { type KeptReason, KeptVersions } from './kept-versions.ts';
import { documentOf } from './version-figures.ts';

const hourMs = 3_600_000;
/** Without a change for so long the document is at rest, in ms. */
const quietMs = 3000;
/** How often is looked whether the time is right, in ms. */
const lookEveryMs = 5000;

/** What an open document does for its history on this computer. */
export interface VersionKeeper {
  readonly versions: KeptVersions;
  /** How many have been kept since it was opened. */
  readonly keptCount: ReadonlySignal<number>;
  /** Keeps the document as it is now, unless it is kept already. */
  keepNow(reason: KeptReason): Promise<void>;
  stop(): void;
}

/**
 * Keeps the document on this computer as it was when its window was opened, and every hour in which it changed, so that
 * there is a history without the relay. Only where nobody has written for a moment; for editors alone (rule C7). And as it
 * was before someone else restored a version.
 */
export function keepVersions(session: DocumentSession): VersionKeeper {
  const versions = new KeptVersions(session.keys.roomId);
  const keptCount = signal(0);
  /** Another window keeps versions of the same document. */
  const ownMark = Math.floor(Math.random() * 2 ** 32).toString(36);
  let wanted: KeptReason | undefined = 'opened';
  let lastKeptMs = Date.now();
  let changedMs = 0;
  let seen: Y.Doc | undefined;
  const changed = () => {
    changedMs = Date.now();
  };
  const keep = async (reason: KeptReason, atMs: number, fingerprint: string, encode: () => Uint8Array) => {
    if ((await versions.list()).some((kept) => kept.fingerprint === fingerprint)) return;
    const id = `${reason}-${atMs}-${ownMark}`;
    await versions.keep({ id, reason, atMs, fingerprint }, encode());
    keptCount.value += 1;
  };
  const keepNow = async (reason: KeptReason) => {
    const provider = session.provider.peek();
    if (provider === undefined || provider.text.length === 0) return;
    const { doc } = provider;
    await keep(reason, Date.now(), fingerprintOf(doc), () => Y.encodeStateAsUpdate(doc));
  };
  const keepUpdate = async (reason: KeptReason, update: Uint8Array, atMs: number) => {
    const doc = documentOf(update);
    const fingerprint = fingerprintOf(doc);
    const isEmpty = doc.getText('content').length === 0;
    doc.destroy();
    if (!isEmpty) await keep(reason, atMs, fingerprint, () => update);
  };
  const look = () => {
    const provider = session.provider.peek();
    if (provider === undefined || session.keys.role !== 'edit') return;
    if (seen !== provider.doc) {
      seen = provider.doc;
      seen.on('update', changed);
    }
    const nowMs = Date.now();
    if (wanted === undefined && nowMs - lastKeptMs >= hourMs && changedMs > lastKeptMs) wanted = 'hour';
    if (wanted === undefined || nowMs - changedMs < quietMs || !session.isKnown.peek()) return;
    const reason = wanted;
    wanted = undefined;
    lastKeptMs = nowMs;
    requestIdleCallback(() => void keepNow(reason), { timeout: lookEveryMs });
  };
  // Others can take a restoration back, though whoever made it is away.
  const stopRestorations = effect(() => {
    const meta = session.provider.value?.meta;
    if (meta === undefined || session.keys.role !== 'edit') return;
    const changed = ({ keysChanged, transaction }: Y.YMapEvent<unknown>) => {
      if (transaction.local || !keysChanged.has(restorationKey)) return;
      const encode = stateBefore(transaction);
      const atMs = Date.now();
      requestIdleCallback(() => void keepUpdate('restored', encode(), atMs), { timeout: lookEveryMs });
    };
    meta.observe(changed);
    return () => meta.unobserve(changed);
  });
  const timer = window.setInterval(look, lookEveryMs);
  requestIdleCallback(look, { timeout: lookEveryMs });
  return {
    versions,
    keptCount,
    keepNow,
    stop: () => {
      window.clearInterval(timer);
      stopRestorations();
      seen?.off('update', changed);
      void versions.close();
    },
  };
}

/** Equal for equal texts of one document: what was written, and how much of it is left. */
export function fingerprintOf(doc: Y.Doc): string {
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([one], [other]) => one - other);
  let hash = 17;
  for (const [client, clock] of clocks) hash = (Math.imul(hash, 31) + Math.imul(client, 7) + clock) >>> 0;
  return `${doc.getText('content').length}-${hash.toString(36)}-${clocks.length}`;
}
