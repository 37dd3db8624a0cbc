import * as Y from 'yjs';
import type { DocumentSession } from './document-session.ts';
import { type KeptReason, KeptVersions } from './kept-versions.ts';

const hourMs = 3_600_000;
/** Without a change for so long the document is at rest, in ms. */
const quietMs = 3000;
/** How often is looked whether the time is right, in ms. */
const lookEveryMs = 5000;

/** What an open document does for its history on this computer. */
export interface VersionKeeper {
  readonly versions: KeptVersions;
  /** Keeps the document as it is now, unless it is kept already. */
  keepNow(reason: KeptReason): Promise<void>;
  stop(): void;
}

/**
 * Keeps the document on this computer as it was when its window was opened, and every hour in which it changed, so that
 * there is a history without the relay. Only where nobody has written for a moment; for editors alone (rule C7).
 */
export function keepVersions(session: DocumentSession): VersionKeeper {
  const versions = new KeptVersions(session.keys.roomId);
  let wanted: KeptReason | undefined = 'opened';
  let lastKeptMs = Date.now();
  let changedMs = 0;
  let seen: Y.Doc | undefined;
  const changed = () => {
    changedMs = Date.now();
  };
  const keepNow = async (reason: KeptReason) => {
    const provider = session.provider.peek();
    if (provider === undefined || provider.text.length === 0) return;
    const fingerprint = fingerprintOf(provider.doc);
    if ((await versions.list()).some((kept) => kept.fingerprint === fingerprint)) return;
    const atMs = Date.now();
    const id = `${reason}-${atMs}-${provider.doc.clientID}`;
    await versions.keep({ id, reason, atMs, fingerprint }, Y.encodeStateAsUpdate(provider.doc));
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
  const timer = window.setInterval(look, lookEveryMs);
  requestIdleCallback(look, { timeout: lookEveryMs });
  return {
    versions,
    keepNow,
    stop: () => {
      window.clearInterval(timer);
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
