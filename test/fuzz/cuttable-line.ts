import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy to a port of this computer whose connections can be cut, and which can be down. */
export class CuttableLine {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#accept(client));
  #isUp = true;
  cuts = 0;

  private constructor(private readonly port: number) {}

  /** A proxy to `port`, listening on a port of its own. */
  static async to(port: number): Promise<CuttableLine> {
    const line = new CuttableLine(port);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  /** Its address, which clients take for the relay's. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  setUp(up: boolean): void {
    this.#isUp = up;
    if (!up) this.cut();
  }

  /** Ends all connections from one moment to the next; what is on its way is lost. */
  cut(): void {
    if (this.#sockets.size > 0) this.cuts += 1;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #accept(client: Socket): void {
    if (!this.#isUp) {
      client.destroy();
      return;
    }
    const relay = connect(this.port, '127.0.0.1');
    client.pipe(relay).pipe(client);
    for (const socket of [client, relay]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        relay.destroy();
      });
    }
  }
}
