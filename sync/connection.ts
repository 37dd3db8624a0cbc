import { isRefusalCode, type RefusalCode, refusals } from '../protocol/refusals.ts';
import type { ConnectionStatus } from './status.ts';

/** `ConnectionStatus`, and the wait for the relay's yes to a join, which people see as connecting. */
export type Connection = ConnectionStatus | { readonly state: 'joining' };

/** Everything that happens to a connection. */
export type ConnectionEvent =
  | { readonly type: 'loaded' }
  | { readonly type: 'greeted'; readonly versionFits: boolean }
  | { readonly type: 'joined'; readonly totalBytes: number }
  | { readonly type: 'progress'; readonly bytes: number }
  /** The relay says "live" and the marks agree. `mustCheck`: the load was not a delta and there was a copy before. */
  | { readonly type: 'caught-up'; readonly mustCheck: boolean }
  /** The stream has a gap, or the marks differ: what the relay has is not what this copy was sent. */
  | { readonly type: 'not-my-history' }
  | { readonly type: 'checked' }
  /** Entries that did not open are to be fetched once more. */
  | { readonly type: 'fetch-again' }
  | { readonly type: 'refused'; readonly code: string; readonly detail: string; readonly canPublish: boolean }
  /** An entry left the document in memory in a state that only opening it anew mends. */
  | { readonly type: 'damaged' }
  | { readonly type: 'lost' }
  | { readonly type: 'asked-offline' }
  | { readonly type: 'asked-online' }
  | { readonly type: 'asked-close' };

/** What the shell has to do after a transition, in order. */
export type ConnectionEffect =
  | 'connect'
  | 'disconnect'
  /** Disconnect now and connect again after a pause. */
  | 'pause'
  | 'join'
  /** Join without a cursor: the whole log is wanted. */
  | 'join-anew'
  /** Join and make the room, since this copy has what the relay lacks. */
  | 'join-to-publish';

/** The next state and what follows from it. */
export interface Transition {
  readonly next: Connection;
  readonly effects: readonly ConnectionEffect[];
}

/** The one place that decides what a connection does next. Pure; `nowMs` is since 1970. */
export function transition(current: Connection, event: ConnectionEvent, nowMs: number): Transition {
  const stay: Transition = { next: current, effects: [] };
  if (current.state === 'closed') return stay;
  switch (event.type) {
    case 'asked-close':
      return { next: { state: 'closed' }, effects: ['disconnect'] };
    case 'asked-offline':
      return { next: { state: 'offline', sinceMs: nowMs, asked: true }, effects: ['disconnect'] };
    case 'loaded':
      return current.state === 'loading' ? { next: { state: 'connecting' }, effects: ['connect'] } : stay;
    case 'asked-online':
      return { next: { state: 'connecting' }, effects: ['disconnect', 'connect'] };
    default:
      return isWilling(current) ? whileWilling(current, event, nowMs) : stay;
  }
}

/** Whether local changes may be sent: the relay has said yes to the join. */
export function maySend(connection: Connection): boolean {
  return connection.state === 'catching-up' || connection.state === 'checking' || connection.state === 'live';
}

function isWilling(current: Connection): boolean {
  if (current.state === 'loading' || current.state === 'refused') return false;
  return !(current.state === 'offline' && current.asked);
}

type RelayEvent = Exclude<ConnectionEvent, { readonly type: `asked-${string}` | 'loaded' }>;

function whileWilling(current: Connection, event: RelayEvent, nowMs: number): Transition {
  const stay: Transition = { next: current, effects: [] };
  const offline: Connection = {
    state: 'offline',
    sinceMs: current.state === 'offline' ? current.sinceMs : nowMs,
    asked: false,
  };
  switch (event.type) {
    case 'lost':
      return { next: offline, effects: [] };
    case 'greeted':
      return event.versionFits
        ? { next: { state: 'joining' }, effects: ['join'] }
        : { next: { state: 'refused', code: 'wrong-version', detail: '' }, effects: ['disconnect'] };
    case 'refused':
      return afterRefusal(event, offline);
    case 'damaged':
      return { next: { state: 'refused', code: 'damaged-copy', detail: '' }, effects: ['disconnect'] };
    case 'joined':
      if (current.state !== 'joining') return stay;
      return { next: { state: 'catching-up', receivedBytes: 0, totalBytes: event.totalBytes }, effects: [] };
    case 'progress':
      if (current.state !== 'catching-up') return stay;
      return { next: { ...current, receivedBytes: current.receivedBytes + event.bytes }, effects: [] };
    case 'caught-up':
      if (current.state !== 'catching-up') return stay;
      return { next: { state: event.mustCheck ? 'checking' : 'live' }, effects: [] };
    case 'checked':
      return current.state === 'checking' ? { next: { state: 'live' }, effects: [] } : stay;
    case 'fetch-again':
      return current.state === 'live' ? { next: { state: 'joining' }, effects: ['join'] } : stay;
    case 'not-my-history':
      return maySend(current) || current.state === 'joining'
        ? { next: { state: 'joining' }, effects: ['join-anew'] }
        : stay;
    default:
      return event satisfies never;
  }
}

function afterRefusal(event: RelayEvent & { readonly type: 'refused' }, offline: Connection): Transition {
  const code: RefusalCode | 'unknown' = isRefusalCode(event.code) ? event.code : 'unknown';
  if (code === 'unknown-document' && event.canPublish)
    return { next: { state: 'joining' }, effects: ['join-to-publish'] };
  const after = code === 'unknown' ? 'stop' : refusals[code].after;
  if (after === 'retry') return { next: offline, effects: ['pause'] };
  return { next: { state: 'refused', code, detail: event.detail }, effects: ['disconnect'] };
}
