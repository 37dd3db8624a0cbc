import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Server as SocketServer } from 'socket.io';
import packageJson from '../package.json' with { type: 'json' };
import { decodeFrame, frameParser } from '../protocol/frame-parser.ts';
import { limits } from '../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { relieve } from './backlog.ts';
import { Callers } from './callers.ts';
import { ClientAddresses } from './client-address.ts';
import { systemClock } from './clock.ts';
import type { EngineConnection } from './engine-connection.ts';
import { backlogOf, cut, setReading, takeBinary } from './engine-connection.ts';
import { FrameOutlet } from './frame-outlet.ts';
import { FrameSender } from './frame-sender.ts';
import { FurtherAddresses, listening, originOf, portOf } from './further-addresses.ts';
import { HttpRoutes } from './http-routes.ts';
import { boundUnanswered, type HttpServer, httpTimes, makeHttpServer, renewTls } from './http-server.ts';
import { Metrics } from './metrics.ts';
import { isAllowedOrigin } from './origins.ts';
import { Relay } from './relay.ts';
import type { RelayServerOptions } from './server-options.ts';
import { SocketLink } from './socket-link.ts';
import { TcpConnections } from './tcp-connections.ts';
import type { TlsIdentity } from './tls-identity.ts';
import { WebClient } from './web-client.ts';

interface CorsRequest {
  readonly headers: IncomingHttpHeaders;
}
type CorsDecision = (error: Error | null, options: { origin: boolean }) => void;

const pingMs = 10_000;
/** Clients get this long to take the last frames when the relay closes. */
const farewellMs = 1000;
const clogCheckMs = 1000;

/** A relay on HTTP and Socket.IO (rule W1): the core, its transport, `GET /health` and the web client. */
export class RelayServer {
  readonly relay: Relay;
  /** A name drawn at each start, so that a client can tell a restarted relay from another program on its port. */
  readonly instance = randomBytes(8).toString('hex');
  readonly #http: HttpServer;
  readonly #sockets: SocketServer;
  readonly #options: RelayServerOptions;
  readonly #links = new Set<SocketLink>();
  readonly #frames = new FrameSender();
  readonly #callers: Callers;
  readonly #tcp: TcpConnections;
  readonly #startedMs = systemClock.now();
  readonly #metrics = new Metrics(() => ({
    connections: this.connections,
    openRooms: this.relay.openRooms,
    writeFailures: this.relay.writeFailures,
    damagedEntries: this.relay.damaged.count.entries,
    uptimeSeconds: this.#uptimeSeconds,
  }));
  readonly #clogTimer: NodeJS.Timeout;
  readonly #furtherAddresses: FurtherAddresses;

  private constructor(options: RelayServerOptions) {
    this.#options = options;
    this.relay = new Relay({
      store: options.store,
      clock: systemClock,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      warn: options.warn,
      ...(options.config === undefined ? {} : { config: options.config }),
    });
    // A client that opens a transport and then says nothing is dropped after this.
    const { joinWithinMs, maxConnections, maxUnjoined, connectionsPerAddress, unjoinedPerAddress } =
      this.relay.config;
    this.#http = makeHttpServer(options.tls, { ...httpTimes, ...options.times });
    this.#furtherAddresses = new FurtherAddresses(this.#scheme, this.#http, (server) =>
      this.#tcp.refuseEarly(server),
    );
    const clientAddresses = new ClientAddresses(options.trustedProxies ?? []);
    const mostSessions = maxConnections + maxUnjoined;
    this.#callers = new Callers(clientAddresses, this.relay.addresses, this.relay.config);
    this.#tcp = new TcpConnections(
      { all: 2 * mostSessions, perAddress: 2 * (connectionsPerAddress + unjoinedPerAddress) },
      clientAddresses,
      this.relay.addresses,
    );
    this.#tcp.watch(this.#http);
    const routes = new HttpRoutes({
      health: () => this.#health(),
      metrics: this.#metrics,
      control: options.control,
      webClient: options.webFolder === undefined ? undefined : new WebClient(options.webFolder),
      warn: options.warn,
    });
    this.#http.on('request', (request, response) => routes.answer(request, response));
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
      allowRequest: (request, decide) => {
        if (!isAllowedOrigin(request.headers, origins)) decide(null, false);
        else this.#callers.admit(request, (isAdmitted) => decide(null, isAdmitted));
      },
      cors: (request: CorsRequest, decide: CorsDecision) =>
        decide(null, { origin: isAllowedOrigin(request.headers, origins) }),
    });
    boundUnanswered(this.#http, (socket) => this.#tcp.charge(socket));
    this.#connectSockets();
    this.#clogTimer = setInterval(() => {
      for (const link of this.#links) link.cutWhenClogged();
      this.#tcp.cutClogged();
      const links = [...this.#links].map((link) => ({ bytes: link.waitingBytes, cut: () => link.cut() }));
      relieve([...links, ...this.#tcp.waiting()], this.relay.config.backlogBytes);
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

  get #uptimeSeconds(): number {
    return Math.floor((systemClock.now() - this.#startedMs) / 1000);
  }

  #health(): object {
    return {
      name: 'inkroom-relay',
      version: packageJson.version,
      protocol: PROTOCOL_VERSION,
      instance: this.instance,
      damage: this.relay.damaged.count,
      uptimeSeconds: this.#uptimeSeconds,
    };
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#links.size;
  }

  /** Connections of engine.io, whether or not they got as far as being members. */
  get sessions(): number {
    return this.#callers.sessions;
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
    // What leaves with the next frame leaves before the sockets go.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#sockets.engine.clientsCount > 0 && systemClock.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.stopListeningAlso();
    this.#tcp.endAll();
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
      const outlet = new FrameOutlet(socket.conn);
      const link = new SocketLink({
        socket,
        requestedHost: caller.host,
        remoteAddress: caller.address,
        backlog: () => backlogOf(socket.conn),
        cut: () => cut(socket.conn),
        setReading: (reads) => setReading(socket.conn, reads),
        send: (event, payload) => this.#frames.send(outlet, event, payload),
        outlet,
      });
      Reflect.set(socket, 'handshake', undefined);
      this.#links.add(link);
      // Not when Socket.IO has done with it: what it was sent waits for as long as its transport is open.
      socket.conn.on('close', () => this.#links.delete(link));
      const session = this.relay.connect(link);
      socket.on('disconnect', (reason) => {
        session.disconnected();
        // It cannot connect again; left open, it would be a connection that nothing counts.
        if (reason === 'client namespace disconnect') cut(socket.conn);
      });
      takeBinary(socket.conn, (message) => {
        const { event, payload } = decodeFrame(message);
        session.receive(event, payload);
      });
      // What is left to Socket.IO is text that is not of this protocol, and what follows it.
      socket.onAny((event: string, payload: unknown) => {
        if (payload instanceof Uint8Array) session.receive(event, payload);
      });
    });
  }
}
