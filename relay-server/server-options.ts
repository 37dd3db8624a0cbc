import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpTimes } from './http-server.ts';
import type { LogStore } from './log-store.ts';
import type { RelayConfig } from './relay-config.ts';
import type { TlsIdentity } from './tls-identity.ts';

/** How a relay listens. The store is the caller's: it is opened before and closed after. */
export interface RelayServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly store: LogStore;
  readonly config?: Partial<RelayConfig> | undefined;
  /** Serves https and wss with it, otherwise http and ws. */
  readonly tls?: TlsIdentity | undefined;
  /** Proxies whose `X-Forwarded-For` is believed: addresses, or networks as `ADDRESS/BITS`. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Origins of web pages that may connect, besides the relay's own and the app's. */
  readonly origins?: readonly string[] | undefined;
  /** How long clients may take with HTTP, where it is not `httpTimes`; for tests. */
  readonly times?: Partial<HttpTimes> | undefined;
  /** Folder of the built web client. */
  readonly webFolder?: string | undefined;
  /** `polling-only` refuses WebSocket, as a network that breaks it does; for tests. */
  readonly transports?: 'any' | 'polling-only' | undefined;
  /** Answers requests under `/control/`; others are 404. */
  readonly control?: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  /** A line for the operator. */
  readonly warn: (line: string) => void;
}
