import type { PreparedFrame } from './prepared-frame.ts';

/** The part of an engine.io connection that frames are given to. */
export interface FrameConnection {
  readonly readyState: string;
  readonly transport: object;
  write(message: Uint8Array, options: object): unknown;
}

/** The same with the packets that wait for the transport, in a field that engine.io declares private and documents as public. */
interface QueueingConnection extends FrameConnection {
  readonly writeBuffer: readonly unknown[];
}

/** The part of a TCP or TLS socket that frames are written to. */
interface ByteStream {
  readonly writable: boolean;
  readonly writableNeedDrain: boolean;
  readonly writableLength: number;
  readonly writableCorked: number;
  write(bytes: Uint8Array): unknown;
  cork(): void;
  uncork(): void;
}

/** The part of a WebSocket of ws that tells where its bytes go: nowhere once it is closed. */
interface StreamingWebSocket {
  readonly readyState: number;
  readonly _socket: ByteStream | null;
}

const webSocketOpen = 1;
/** Frames that may wait to leave in one write: what is read of something large at once. */
const mostCorkedBytes = 256 * 1024;

/**
 * Where the frames of one connection go. A WebSocket that takes bytes gets them at once: through engine.io and ws a frame costs twice
 * as much. Everything else, and every frame behind one that waits, goes through engine.io, which keeps the order and counts what
 * waits. A crowd is sent each frame through a thousand of these, so that what is found once is kept.
 */
export class FrameOutlet {
  readonly #connection: FrameConnection;
  readonly #queueing: QueueingConnection | undefined;
  #transport: object | undefined;
  #webSocket: StreamingWebSocket | undefined;

  constructor(connection: FrameConnection) {
    this.#connection = connection;
    this.#queueing = isQueueing(connection) ? connection : undefined;
  }

  send(frame: PreparedFrame): void {
    const [whole, rest] = frame.webSocketFrame;
    if (rest !== undefined || whole === undefined) {
      this.sendWithNext(frame);
      return;
    }
    const stream = this.#freeStream();
    if (stream === undefined) this.#connection.write(frame.message, frame.options);
    else stream.write(whole);
  }

  /** Sends a frame that others may follow before the program waits for anything: they leave in one write. */
  sendWithNext(frame: PreparedFrame): void {
    const stream = this.#freeStream();
    if (stream === undefined) {
      this.#connection.write(frame.message, frame.options);
      return;
    }
    if (stream.writableCorked === 0) {
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
    for (const bytes of frame.webSocketFrame) stream.write(bytes);
  }

  /** The stream under a WebSocket, if nothing waits in engine.io and the network takes more. */
  #freeStream(): ByteStream | undefined {
    const connection = this.#queueing;
    if (connection === undefined || connection.writeBuffer.length > 0 || connection.readyState !== 'open')
      return undefined;
    if (connection.transport !== this.#transport) this.#lookAt(connection.transport);
    const webSocket = this.#webSocket;
    if (webSocket === undefined || webSocket.readyState !== webSocketOpen) return undefined;
    const stream = webSocket._socket;
    return stream !== null && takesMore(stream) ? stream : undefined;
  }

  /** Engine.io has another transport: its polling has no `socket`. */
  #lookAt(transport: object): void {
    this.#transport = transport;
    const webSocket: unknown = Reflect.get(transport, 'socket');
    this.#webSocket = isStreaming(webSocket) ? webSocket : undefined;
  }
}

/** Whether more may be put in it: the network took what was before, or it waits for no more than this turn's end. */
function takesMore(stream: ByteStream): boolean {
  if (!stream.writable) return false;
  return stream.writableCorked > 0 ? stream.writableLength < mostCorkedBytes : !stream.writableNeedDrain;
}

function isQueueing(connection: FrameConnection): connection is QueueingConnection {
  return Array.isArray(Reflect.get(connection, 'writeBuffer'));
}

function isStreaming(webSocket: unknown): webSocket is StreamingWebSocket {
  if (typeof webSocket !== 'object' || webSocket === null || !('_socket' in webSocket)) return false;
  const stream = webSocket._socket;
  return stream === null || (typeof stream === 'object' && 'cork' in stream && 'writableNeedDrain' in stream);
}
