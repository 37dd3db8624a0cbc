import { effect, type ReadonlySignal, signal } from '@preact/signals';
import * as Y from 'yjs';
import { restorationKey } from '../../sync/restoration.ts';
import { stateBefore } from '../../sync/state-before.ts';
import type { DocumentSession } from './document-session.ts';
import { KeepingPlan } from './keeping-plan.ts';
import { type KeptReason, KeptVersions } from './kept-versions.ts';
import { documentOf } from './version-figures.ts';

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
 * Keeps the document on this computer as it was when its window was opened, every ten minutes in which it changed, and when
 * it is left, so that there is a history without the relay. Where nobody has written for a moment; for editors alone (rule
 * C7). And as it was before someone else restored a version while this copy was live: one that is told later is as old as
 * when it was left, and no longer what the restoration replaced.
 */
export function keepVersions(session: DocumentSession): VersionKeeper {
  const versions = new KeptVersions(session.keys.roomId);
  const plan = new KeepingPlan(Date.now());
  const keptCount = signal(0);
  /** Another window keeps versions of the same document. */
  const ownMark = Math.floor(Math.random() * 2 ** 32).toString(36);
  let open: Y.Doc | undefined;

  const keep = async (reason: KeptReason, atMs: number, fingerprint: string, encode: () => Uint8Array) => {
    if ((await versions.list()).some((kept) => kept.fingerprint === fingerprint)) return;
    const id = `${reason}-${atMs}-${ownMark}`;
    await versions.keep({ id, reason, atMs, fingerprint }, encode());
    keptCount.value += 1;
  };
  const keepNow = async (reason: KeptReason) => {
    const doc = open;
    if (doc === undefined || session.keys.role !== 'edit' || !session.isKnown.peek()) return;
    if (doc.getText('content').length === 0) return plan.isEmpty(Date.now());
    plan.kept(Date.now());
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
    const reason = plan.due(Date.now());
    if (reason !== undefined) requestIdleCallback(() => void keepNow(reason), { timeout: lookEveryMs });
  };
  // A window that is closed may end before this is on disk: then the next opening keeps the same.
  const leave = async () => {
    if (plan.isLeftToKeep) await keepNow('closed');
  };

  const stopFollowing = effect(() => {
    const provider = session.provider.value;
    if (provider === undefined || session.keys.role !== 'edit') return;
    const { doc, meta, text } = provider;
    open = doc;
    // What is written before the first look is not what was opened.
    if (session.isKnown.peek() && text.length === 0) plan.isEmpty(Date.now());
    const changed = () => plan.changed(Date.now());
    // Others can take a restoration back, though whoever made it is away.
    const restored = ({ keysChanged, transaction }: Y.YMapEvent<unknown>) => {
      if (transaction.local || !keysChanged.has(restorationKey)) return;
      if (session.status.peek().connection.state !== 'live') return;
      const encode = stateBefore(transaction);
      const atMs = Date.now();
      requestIdleCallback(() => void keepUpdate('restored', encode(), atMs), { timeout: lookEveryMs });
    };
    // Comments and names are no other version.
    text.observe(changed);
    meta.observe(restored);
    return () => {
      text.unobserve(changed);
      meta.unobserve(restored);
    };
  });
  const leaving = () => void leave();
  window.addEventListener('pagehide', leaving);
  const timer = window.setInterval(look, lookEveryMs);
  requestIdleCallback(look, { timeout: lookEveryMs });
  return {
    versions,
    keptCount,
    keepNow,
    stop: () => {
      window.removeEventListener('pagehide', leaving);
      window.clearInterval(timer);
      stopFollowing();
      void leave().finally(() => versions.close());
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
