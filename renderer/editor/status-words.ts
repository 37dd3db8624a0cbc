import type { Role } from '../../protocol/ids.ts';
import type { Status, UploadProgress } from '../../sync/status.ts';
import type { IconName } from '../icon.tsx';
import { strings } from '../strings.ts';
import { clockWords } from '../time-words.ts';

/** A status as people see it: a word, a shape and a tone; never by colour alone. */
export interface StatusWords {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: 'ok' | 'muted' | 'warn' | 'danger';
}

/** Percent of a change on its way: never 100, since what is complete and acknowledged is no longer on its way (G4). */
export function sentPercent({ sentBytes, totalBytes }: UploadProgress): number {
  return Math.min(99, percent(sentBytes, totalBytes));
}

/** Percent of what is being received or sent; undefined while nothing large is. */
export function progressOf(status: Status): number | undefined {
  const { connection, upload } = status;
  if (connection.state === 'catching-up') return percent(connection.receivedBytes, connection.totalBytes);
  if (connection.state === 'live' && upload !== undefined) return sentPercent(upload);
  return undefined;
}

/** The words for a copy's status at `nowMs`, since 1970 (G4). "Saved" appears here exactly when `status.saved`. */
export function statusWords(status: Status, role: Role, nowMs = Date.now()): StatusWords {
  const { connection, unsaved, upload } = status;
  const words = strings.status;
  switch (connection.state) {
    case 'loading':
      return { word: words.opening, icon: 'arc', tone: 'muted' };
    case 'offline':
      return {
        word: words.offline(clockWords(connection.sinceMs, nowMs), unsaved),
        icon: 'offline',
        tone: 'warn',
      };
    case 'connecting':
      return { word: words.connecting, icon: 'arc', tone: 'muted' };
    case 'catching-up':
      return {
        word: words.catchingUp(percent(connection.receivedBytes, connection.totalBytes)),
        icon: 'down',
        tone: 'muted',
      };
    case 'checking':
      return { word: words.checking, icon: 'arc', tone: 'muted' };
    case 'live':
      if (status.saved)
        return { word: role === 'view' ? words.upToDate : words.saved, icon: 'check', tone: 'ok' };
      if (upload !== undefined)
        return {
          word: words.sending(sentPercent(upload)),
          icon: 'up',
          tone: 'muted',
        };
      return { word: words.saving(unsaved), icon: 'up', tone: 'muted' };
    case 'refused':
      return { word: words.refused, icon: 'stop', tone: 'danger' };
    case 'closed':
      return { word: words.closed, icon: 'stop', tone: 'muted' };
    default:
      return connection satisfies never;
  }
}

/** Whole percent of a progress, 100 only when all of it is there. */
export function percent(done: number, total: number): number {
  return total <= 0 ? 100 : Math.max(0, Math.min(100, Math.floor((100 * done) / total)));
}
