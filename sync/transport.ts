import type { ClientEvent } from '../protocol/events.ts';

/** What a transport tells its owner. Nothing is told after `disconnect`. */
export interface TransportEvents {
  /** An event of the relay with its untrusted payload; `event` is any name the parser knows. */
  onMessage(event: string, payload: Uint8Array): void;
  /** The connection ended, or an attempt failed. The transport tries again by itself until `disconnect`. */
  onLost(reason: string): void;
}

/** A way to one relay. Keeps trying while it is wanted; never buffers a message for later. */
export interface Transport {
  /** Host and port as dialled, in lower case; part of the proof. */
  readonly host: string;
  /** What carries the messages now, such as `websocket` or `polling`; undefined while there is no connection. */
  readonly carrier: string | undefined;
  connect(): void;
  /** Tries at once if the transport is waiting between two attempts. */
  hurry(): void;
  disconnect(): void;
  /** Sends now, or drops the message where there is no connection: whoever sends looks at its own state first. */
  send(event: ClientEvent, payload: Uint8Array): void;
}

/** Makes the transport to a relay; `socketTransport` in the program, an in-memory link in tests. */
export type OpenTransport = (relayUrl: string, events: TransportEvents) => Transport;
