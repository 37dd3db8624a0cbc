import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { concat } from '../../protocol/codec.ts';
import { FrameOutlet } from '../../relay-server/frame-outlet.ts';
import { PreparedFrame } from '../../relay-server/prepared-frame.ts';

const smallBuffer = 64;

/** A connection as engine.io has it over a WebSocket, with a stream that nobody reads. */
function connection(changes: { readonly readyState?: string; readonly webSocketState?: number } = {}) {
  const stream = new PassThrough({ writableHighWaterMark: smallBuffer, readableHighWaterMark: 0 });
  const writes: number[] = [];
  stream._write = (chunk: Uint8Array, _, done) => {
    writes.push(chunk.length);
    done();
  };
  stream._writev = (chunks, done) => {
    writes.push(chunks.reduce((sum, { chunk }) => sum + (chunk as Uint8Array).length, 0));
    done();
  };
  const throughEngine: Uint8Array[] = [];
  const made = {
    readyState: changes.readyState ?? 'open',
    transport: { socket: { readyState: changes.webSocketState ?? 1, _socket: stream } },
    writeBuffer: [] as unknown[],
    write: (message: Uint8Array) => throughEngine.push(message),
  };
  return { made, outlet: new FrameOutlet(made), stream, writes, throughEngine };
}

const bytesOf = ({ webSocketFrame }: PreparedFrame) => concat(...webSocketFrame).length;
const ack = new PreparedFrame('ack', Uint8Array.of(1, 1));
const entries = new PreparedFrame('entries', new Uint8Array(10));

describe('sending a frame', () => {
  test('[W2] a WebSocket that takes bytes gets them as they are', () => {
    const { outlet, writes, throughEngine } = connection();
    outlet.send(entries);
    expect([writes, throughEngine]).toEqual([[bytesOf(entries)], []]);
  });

  test('[A2] an acknowledgement and the entries after it leave in one write, in this order', async () => {
    const { outlet, writes, stream } = connection();
    outlet.sendWithNext(ack);
    outlet.send(entries);
    expect([writes, stream.writableLength]).toEqual([[], bytesOf(ack) + bytesOf(entries)]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(writes).toEqual([bytesOf(ack) + bytesOf(entries)]);
  });

  test('[S3] frames that were read together leave in one write; beyond 256 KiB engine.io has them', async () => {
    const { outlet, writes, throughEngine } = connection();
    const part = new PreparedFrame('part', new Uint8Array(64 * 1024));
    for (let i = 0; i < 5; i++) outlet.sendWithNext(part);
    expect([writes, throughEngine]).toEqual([[], [part.message]]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(writes).toEqual([4 * bytesOf(part)]);
  });

  test.each([10, 1000, 64 * 1024])(
    '[W2] a payload of two parts, %i bytes, has the frame of the whole',
    (length) => {
      const [start, rest] = [Uint8Array.of(1, 2, 3), new Uint8Array(length).fill(7)];
      const whole = concat(start, rest);
      const [one, two] = [new PreparedFrame('part', whole), new PreparedFrame('part', start, rest)];
      expect(concat(...two.webSocketFrame)).toEqual(concat(...one.webSocketFrame));
      expect([two.message, two.payload, two.payloadBytes]).toEqual([one.message, whole, whole.length]);
      const { made, outlet, throughEngine, writes } = connection();
      outlet.send(two);
      made.writeBuffer.push('a packet');
      outlet.send(two);
      expect([writes, throughEngine]).toEqual([[], [one.message]]);
    },
  );

  test('[W2] a connection that goes from polling to a WebSocket, and the end of that, are noticed', () => {
    const { made, writes, throughEngine } = connection();
    const upgraded = { ...made, transport: {} as object };
    const outlet = new FrameOutlet(upgraded);
    outlet.send(entries);
    expect([writes.length, throughEngine.length]).toEqual([0, 1]);
    upgraded.transport = made.transport;
    outlet.send(entries);
    expect([writes.length, throughEngine.length]).toEqual([1, 1]);
    made.transport.socket.readyState = 2;
    outlet.send(entries);
    expect([writes.length, throughEngine.length]).toEqual([1, 2]);
  });

  test('[W2] [G7] behind a packet that waits, in a full stream, on its way out, or over polling, engine.io has it', () => {
    const waiting = connection();
    waiting.made.writeBuffer.push('a packet');
    const full = connection();
    full.stream._write = () => {};
    full.stream.write(new Uint8Array(smallBuffer));
    const closing = connection({ readyState: 'closing' });
    const ended = connection({ webSocketState: 2 });
    const polling = { made: { ...connection().made, transport: {} as never } };
    for (const { made } of [waiting, full, closing, ended, polling]) {
      const sent: Uint8Array[] = [];
      const outlet = new FrameOutlet({ ...made, write: (message: Uint8Array) => sent.push(message) });
      outlet.send(entries);
      outlet.sendWithNext(ack);
      expect(sent).toEqual([entries.message, ack.message]);
    }
    expect([waiting.writes, full.writes, closing.writes, ended.writes]).toEqual([[], [], [], []]);
  });
});
