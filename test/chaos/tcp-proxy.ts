import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A slow line carries a slice of this many of its milliseconds at once. */
const sliceMs = 20;

interface Connection {
  readonly client: Socket;
  readonly relay: Socket;
  swallows: boolean;
}

/** A TCP proxy to a port of this computer: a line that is cut, down, slow, stalled, or that loses everything without saying so. */
export class TcpProxy {
  readonly #connections = new Set<Connection>();
  readonly #server = createServer((client) => this.#accept(client));
  readonly #changed = new EventEmitter().setMaxListeners(0);
  #isUp = true;
  #isHeld = false;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  /** How often open connections were cut. */
  cuts = 0;

  private constructor(private readonly port: number) {}

  /** A proxy to `port`, listening on a port of its own. */
  static async to(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Its address, which clients take for the relay's. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** While down, every attempt to connect fails. Going down cuts what is open. */
  setUp(up: boolean): void {
    this.#isUp = up;
    if (!up) this.cut();
  }

  /** Ends all connections from one moment to the next; what is on its way is lost. */
  cut(): void {
    if (this.#connections.size > 0) this.cuts += 1;
    for (const { client, relay } of this.#connections) {
      client.destroy();
      relay.destroy();
    }
    this.#connections.clear();
    this.#changed.emit('change');
  }

  /** While held, nothing arrives; all of it does, late, afterwards. */
  hold(held: boolean): void {
    this.#isHeld = held;
    this.#changed.emit('change');
  }

  /** Carries this many bytes a second each way; `undefined` for as many as come. */
  slow(bytesPerSecond: number | undefined): void {
    this.#bytesPerSecond = bytesPerSecond ?? Number.POSITIVE_INFINITY;
  }

  /** What the open connections carry from now on is lost, and neither side is told: until they are cut. */
  swallow(): void {
    for (const connection of this.#connections) connection.swallows = true;
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
    const connection: Connection = { client, relay, swallows: false };
    this.#connections.add(connection);
    for (const socket of [client, relay]) socket.on('error', () => socket.destroy());
    const ways = [this.#carry(connection, client, relay), this.#carry(connection, relay, client)];
    void Promise.all(ways).then(() => {
      client.destroy();
      relay.destroy();
      this.#connections.delete(connection);
    });
  }

  async #carry(connection: Connection, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from) await this.#forward(connection, chunk, to);
      while (this.#isHeld && !to.destroyed) await once(this.#changed, 'change');
      if (!connection.swallows) to.end();
    } catch {
      to.destroy();
    }
  }

  async #forward(connection: Connection, chunk: Buffer, to: Socket): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      while (this.#isHeld && !to.destroyed) await once(this.#changed, 'change');
      const rate = this.#bytesPerSecond;
      const slice = rest.subarray(0, Math.max(1, Math.floor((rate * sliceMs) / 1000)));
      rest = rest.subarray(slice.length);
      if (to.destroyed || connection.swallows) continue;
      if (!to.write(slice)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      if (Number.isFinite(rate)) await delay((slice.length / rate) * 1000);
    }
  }
}
