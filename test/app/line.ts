import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A line between one app and a relay that a test can cut: what goes through it is not looked at. */
export class Line {
  readonly url: string;
  readonly #server: Server;
  readonly #ends: Set<Socket>;
  #isCut = false;

  private constructor(server: Server, port: number, ends: Set<Socket>) {
    this.#server = server;
    this.#ends = ends;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Opens a line to a port of this computer, which need not answer yet. */
  static async to(relayPort: number): Promise<Line> {
    const ends = new Set<Socket>();
    let line: Line | undefined;
    const server = createServer((near) => {
      if (line === undefined || line.#isCut) {
        near.destroy();
        return;
      }
      const far = connect(relayPort, '127.0.0.1');
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        ends.add(end);
        end.on('error', () => other.destroy());
        end.on('close', () => {
          ends.delete(end);
          other.destroy();
        });
        end.pipe(other);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the line has no port');
    line = new Line(server, address.port, ends);
    return line;
  }

  /** Ends every connection, and each new one at once. */
  cut(): void {
    this.#isCut = true;
    for (const end of this.#ends) end.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
