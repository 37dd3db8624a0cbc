import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';

/** Listens, or rejects with the system's error (`EADDRINUSE` and so on). Port 0 takes any free one. */
export function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The port a server listens on. */
export function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A host and port as an origin. */
export function originOf(scheme: 'http' | 'https', host: string, port: number): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Addresses besides the first on which a server takes connections, while they are open. */
export class FurtherAddresses {
  readonly #scheme: 'http' | 'https';
  readonly #to: Server;
  readonly #prepare: (server: Server) => void;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** `to` gets every connection, `prepare` each server before it listens. */
  constructor(scheme: 'http' | 'https', to: Server, prepare: (server: Server) => void) {
    this.#scheme = scheme;
    this.#to = to;
    this.#prepare = prepare;
  }

  /** Listens on these addresses instead of those before, all or none; gives their origins. */
  async open(addresses: readonly string[], port: number): Promise<readonly string[]> {
    this.close();
    const urls: string[] = [];
    try {
      for (const address of addresses) {
        const server = createServer((socket) => this.#accept(socket));
        this.#prepare(server);
        await listening(server, address, port);
        this.#servers.push(server);
        urls.push(originOf(this.#scheme, address, portOf(server)));
      }
    } catch (error) {
      this.close();
      throw error;
    }
    return urls;
  }

  /** Takes no more connections and ends those that came this way. */
  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#to.emit('connection', socket);
  }
}
