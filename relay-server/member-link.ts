import type { RelayEvent } from '../protocol/events.ts';
import type { PreparedFrame } from './prepared-frame.ts';

/** One connection as the relay's core sees it: Socket.IO behind it in the server, memory in tests. */
export interface MemberLink {
  /** The `Host` header of the connection, in lower case. */
  readonly requestedHost: string;
  /** For log lines only. */
  readonly remoteAddress: string;
  /** Whether its network has taken what it was sent. */
  readonly takesMore: boolean;
  /** Sends a frame; in order, never throws, does nothing once the connection is closed. */
  send(event: RelayEvent, payload: Uint8Array): void;
  /** As `send`; others may follow before anything is waited for, and leave with it. */
  sendPrepared(frame: PreparedFrame): void;
  /** As `send`, for a frame that goes to many. */
  sendShared(frame: PreparedFrame): void;
  /** Whether the connection is read on; what it sends meanwhile waits in the network. Reading may go on where nothing can stop it. */
  setReading(reads: boolean): void;
  /** Closes the connection after what was sent. */
  close(): void;
}
