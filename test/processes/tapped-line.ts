import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** A TCP proxy in front of a relay that keeps every byte that crosses it, a record for each direction of each connection. */
export class TappedLine {
  /** What crossed so far; WebSocket frames of clients are unmasked, all else is as sent. */
  readonly crossed: Buffer[] = [];
  readonly #server: Server;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      const relay = connect(Number(target.port), target.hostname);
      const fromClient: Buffer[] = [];
      client.on('data', (bytes) => fromClient.push(bytes));
      relay.on('data', (bytes) => this.crossed.push(bytes));
      client.pipe(relay).pipe(client);
      const end = () => {
        this.crossed.push(unmasked(Buffer.concat(fromClient.splice(0))));
        client.destroy();
        relay.destroy();
      };
      for (const socket of [client, relay]) socket.on('error', end).on('close', end);
    });
  }

  /** A proxy to the relay at `url`, listening on a free port. */
  static async before(url: string): Promise<TappedLine> {
    const line = new TappedLine(new URL(url));
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

/** A client's stream with the masks of its WebSocket frames taken off (RFC 6455, section 5.2); plain HTTP comes back as it is. */
function unmasked(stream: Buffer): Buffer {
  const headEnd = stream.indexOf('\r\n\r\n');
  if (headEnd === -1 || !/upgrade: websocket/i.test(stream.subarray(0, headEnd).toString('latin1')))
    return stream;
  const parts = [stream.subarray(0, headEnd)];
  for (let at = headEnd + 4; at + 6 <= stream.length; ) {
    const short = (stream[at + 1] ?? 0) & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const length =
      lengthBytes === 0
        ? short
        : Number(stream.readUIntBE(at + 2 + Math.max(0, lengthBytes - 6), Math.min(lengthBytes, 6)));
    const maskAt = at + 2 + lengthBytes;
    const start = maskAt + 4;
    const mask = stream.subarray(maskAt, start);
    parts.push(stream.subarray(start, start + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0)) as Buffer);
    at = start + length;
  }
  return Buffer.concat(parts);
}
