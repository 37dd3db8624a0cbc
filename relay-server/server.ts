import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as SocketServer } from 'socket.io';
import packageJson from '../package.json' with { type: 'json' };
import { frameParser } from '../protocol/frame-parser.ts';
import { limits } from '../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { Callers } from './callers.ts';
import { ClientAddresses } from './client-address.ts';
import { systemClock } from './clock.ts';
import type { EngineConnection } from './engine-connection.ts';
import { backlogOf, cut } from './engine-connection.ts';
import { FurtherAddresses, listening, originOf, portOf } from './further-addresses.ts';
import { type HttpServer, makeHttpServer, renewTls } from './http-server.ts';
import { answerJson } from './json-answer.ts';
import type { LogStore } from './log-store.ts';
import { isAllowedOrigin } from './origins.ts';
import type { RelayConfig } from './relay.ts';
import { defaultRelayConfig, Relay } from './relay.ts';
import { liveRoomOf, SocketLink } from './socket-link.ts';
import type { TlsIdentity } from './tls-identity.ts';
import { WebClient } from './web-client.ts';

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
  /** Folder of the built web client. */
  readonly webFolder?: string | undefined;
  /** `polling-only` refuses WebSocket, as a network that breaks it does; for tests. */
  readonly transports?: 'any' | 'polling-only' | undefined;
  /** Answers requests under `/control/`; others are 404. */
  readonly control?: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  /** A line for the operator. */
  readonly warn: (line: string) => void;
}

interface CorsRequest {
  readonly headers: IncomingHttpHeaders;
}
type CorsDecision = (error: Error | null, options: { origin: boolean }) => void;

const pingMs = 10_000;
/** Clients get this long to take the last frames when the relay closes. */
const farewellMs = 1000;
const clogCheckMs = 5000;

/** A relay on HTTP and Socket.IO (rule W1): the core, its transport, `GET /health` and the web client. */
export class RelayServer {
  readonly relay: Relay;
  /** A name drawn at each start, so that a client can tell a restarted relay from another program on its port. */
  readonly instance = randomBytes(8).toString('hex');
  readonly #http: HttpServer;
  readonly #sockets: SocketServer;
  readonly #options: RelayServerOptions;
  readonly #links = new Set<SocketLink>();
  readonly #callers: Callers;
  readonly #tcp = new Set<Socket>();
  readonly #startedMs = systemClock.now();
  readonly #clogTimer: NodeJS.Timeout;
  readonly #furtherAddresses: FurtherAddresses;

  private constructor(options: RelayServerOptions) {
    this.#options = options;
    // A client that opens a transport and then says nothing is dropped after this.
    const { joinWithinMs } = { ...defaultRelayConfig, ...options.config };
    this.#http = makeHttpServer(options.tls, joinWithinMs);
    this.#furtherAddresses = new FurtherAddresses(this.#scheme, (socket) =>
      this.#http.emit('connection', socket),
    );
    this.#callers = new Callers(new ClientAddresses(options.trustedProxies ?? []));
    const webClient = options.webFolder === undefined ? undefined : new WebClient(options.webFolder);
    this.#http.on('connection', (socket: Socket) => {
      this.#tcp.add(socket);
      socket.once('close', () => this.#tcp.delete(socket));
    });
    this.#http.on('request', (request, response) => this.#answer(request, response, webClient));
    const polling = options.transports === 'polling-only';
    const origins = options.origins ?? [];
    this.#sockets = new SocketServer(this.#http, {
      parser: frameParser,
      transports: polling ? ['polling'] : ['polling', 'websocket'],
      allowUpgrades: !polling,
      pingInterval: pingMs,
      pingTimeout: pingMs,
      connectTimeout: joinWithinMs,
      maxHttpBufferSize: limits.transportBytes,
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      allowRequest: (request, decide) => decide(null, isAllowedOrigin(request.headers, origins)),
      cors: (request: CorsRequest, decide: CorsDecision) =>
        decide(null, { origin: isAllowedOrigin(request.headers, origins) }),
    });
    this.relay = new Relay({
      store: options.store,
      clock: systemClock,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      broadcast: (roomId, event, payload) => {
        this.#sockets.to(liveRoomOf(roomId)).emit(event, payload);
      },
      warn: options.warn,
      ...(options.config === undefined ? {} : { config: options.config }),
    });
    this.#connectSockets();
    this.#clogTimer = setInterval(() => {
      for (const link of this.#links) link.cutWhenClogged();
    }, clogCheckMs);
    this.#clogTimer.unref();
  }

  /** Listens, or rejects with the system's error (`EADDRINUSE` and so on). */
  static async listen(options: RelayServerOptions): Promise<RelayServer> {
    const server = new RelayServer(options);
    try {
      await listening(server.#http, options.host, options.port);
    } catch (error) {
      clearInterval(server.#clogTimer);
      await server.#sockets.close();
      throw error;
    }
    return server;
  }

  /** The port it listens on. */
  get port(): number {
    return portOf(this.#http);
  }

  /** Where it listens, as an origin. */
  get url(): string {
    return originOf(this.#scheme, this.#options.host, this.port);
  }

  get #scheme(): 'http' | 'https' {
    return this.#options.tls === undefined ? 'http' : 'https';
  }

  /** New connections get this certificate; those that are open stay. */
  renewTls(identity: TlsIdentity): void {
    renewTls(this.#http, identity);
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#links.size;
  }

  /** Listens on further addresses of this machine, the same relay behind them; gives their origins. All or none. */
  async listenAlso(addresses: readonly string[], port: number): Promise<readonly string[]> {
    return await this.#furtherAddresses.open(addresses, port);
  }

  /** Takes no more connections on further addresses and ends those that came from there. */
  stopListeningAlso(): void {
    this.#furtherAddresses.close();
  }

  /** Stops accepting, finishes writes, tells members `closing`, and closes. The store may be closed after it. */
  async close(): Promise<void> {
    clearInterval(this.#clogTimer);
    this.#http.close();
    await this.relay.close();
    const deadlineMs = systemClock.now() + farewellMs;
    while (this.#sockets.engine.clientsCount > 0 && systemClock.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.stopListeningAlso();
    for (const socket of this.#tcp) socket.destroy();
    await this.#sockets.close();
  }

  #connectSockets(): void {
    this.#sockets.engine.on('connection', (connection: EngineConnection) => this.#callers.opened(connection));
    this.#sockets.use((socket, next) => {
      if (this.#callers.admitMember(socket.conn)) next();
      else next(new Error('one connect for a connection'));
    });
    this.#sockets.on('connection', (socket) => {
      const caller = this.#callers.of(socket.conn);
      if (caller === undefined) return;
      const link = new SocketLink({
        socket,
        requestedHost: caller.host,
        remoteAddress: caller.address,
        backlog: () => backlogOf(socket.conn),
        cut: () => cut(socket.conn),
      });
      Reflect.set(socket, 'handshake', undefined);
      this.#links.add(link);
      socket.on('disconnect', () => this.#links.delete(link));
      const session = this.relay.connect(link);
      socket.on('disconnect', () => session.disconnected());
      socket.onAny((event: string, payload: unknown) => {
        if (payload instanceof Uint8Array) session.receive(event, payload);
      });
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse, webClient: WebClient | undefined): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path === '/health') {
      answerJson(response, 200, {
        name: 'inkroom-relay',
        version: packageJson.version,
        protocol: PROTOCOL_VERSION,
        instance: this.instance,
        damage: this.relay.damaged.count,
        uptimeSeconds: Math.floor((systemClock.now() - this.#startedMs) / 1000),
      });
      return;
    }
    const { control } = this.#options;
    const answer =
      path.startsWith('/control/') && control !== undefined
        ? control(request, response)
        : webClient?.answer(request, response);
    if (answer === undefined) {
      answerJson(response, 404, { error: 'Nothing is here.' });
      return;
    }
    answer.catch((error: unknown) => {
      this.#options.warn(
        `request for ${path} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
      if (response.headersSent) response.destroy();
      else answerJson(response, 500, { error: 'The relay failed to answer.' });
    });
  }
}
