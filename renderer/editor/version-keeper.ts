import { effect, type ReadonlySignal, signal } from '@preact/signals';
import * as Y from 'yjs';
import { restorationKey } from '../../sync/restoration.ts';
import { stateBefore } from '../../sync/state-before.ts';
import { findDocument } from '../library-store.ts';
import type { DocumentSession } from './document-session.ts';
import { FoundText, fingerprintOf } from './found-text.ts';
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
 * C7). A window that ended without a word is made up for by the next one, before anyone changes what it finds. And as it was
 * before someone else restored a version while this copy was live: one that is told later is as old as when it was left, and no
 * longer what the restoration replaced.
 */
export function keepVersions(session: DocumentSession): VersionKeeper {
  const versions = new KeptVersions(session.keys.roomId);
  const plan = new KeepingPlan(Date.now());
  const keptCount = signal(0);
  /** Another window keeps versions of the same document. */
  const ownMark = Math.floor(Math.random() * 2 ** 32).toString(36);
  let open: Y.Doc | undefined;
  /** The text of the version that was kept, or known to be, last. */
  let lastKept: string | undefined;
  /** What was found here when the document was opened is kept, if it had to be. */
  let foundIsKept: Promise<void> | undefined;

  const version = (reason: KeptReason, atMs: number, fingerprint: string) => {
    return { id: `${reason}-${atMs}-${ownMark}`, reason, atMs, fingerprint };
  };
  /** `take` is asked once for the text and its update, which are of one moment. */
  const keep = async (
    reason: KeptReason,
    atMs: number,
    take: () => Pick<FoundText, 'fingerprint' | 'encode'>,
  ) => {
    const known = await versions.list();
    const { fingerprint, encode } = take();
    lastKept = fingerprint;
    if (known.some((kept) => kept.fingerprint === fingerprint)) return;
    await versions.keep(version(reason, atMs, fingerprint), encode());
    keptCount.value += 1;
  };
  const keepNow = async (reason: KeptReason) => {
    const doc = open;
    if (doc === undefined || session.keys.role !== 'edit' || !session.isKnown.peek()) return;
    if (doc.getText('content').length === 0) return plan.isEmpty(Date.now());
    plan.kept(Date.now());
    await foundIsKept;
    const take = () => ({ fingerprint: fingerprintOf(doc), encode: () => Y.encodeStateAsUpdate(doc) });
    await keep(reason, Date.now(), take);
  };
  const keepFound = async (found: FoundText) => {
    const known = await findDocument(session.keys.roomId).catch(() => undefined);
    await versions.tidy(Date.now());
    await new Promise<void>((quiet) => requestIdleCallback(() => quiet(), { timeout: lookEveryMs }));
    await keep('closed', known?.editedMs ?? Date.now(), () => found);
    found.forget();
  };
  const keepUpdate = async (reason: KeptReason, update: Uint8Array, atMs: number) => {
    const doc = documentOf(update);
    const fingerprint = fingerprintOf(doc);
    const isEmpty = doc.getText('content').length === 0;
    doc.destroy();
    if (!isEmpty) await keep(reason, atMs, () => ({ fingerprint, encode: () => update }));
  };
  const look = () => {
    const reason = plan.due(Date.now());
    if (reason !== undefined) requestIdleCallback(() => void keepNow(reason), { timeout: lookEveryMs });
  };
  const leave = async () => {
    if (plan.isLeftToKeep) await keepNow('closed');
  };
  // The page may end at any moment: nothing is read or waited for. Where it ends without a word, the next opening keeps the same.
  const leaving = () => {
    const doc = open;
    if (!plan.isLeftToKeep || doc === undefined || doc.getText('content').length === 0) return;
    if (session.keys.role !== 'edit' || !session.isKnown.peek()) return;
    plan.kept(Date.now());
    const fingerprint = fingerprintOf(doc);
    // Whoever takes back what he wrote leaves what is kept.
    if (fingerprint === lastKept) return;
    void versions.keepAtOnce(version('closed', Date.now(), fingerprint), Y.encodeStateAsUpdate(doc));
  };

  const stopFollowing = effect(() => {
    const provider = session.provider.value;
    if (provider === undefined || session.keys.role !== 'edit') return;
    const { doc, meta, text } = provider;
    open = doc;
    // What is written before the first look is not what was opened.
    if (session.isKnown.peek() && text.length === 0) plan.isEmpty(Date.now());
    if (text.length > 0) foundIsKept ??= keepFound(new FoundText(doc));
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
