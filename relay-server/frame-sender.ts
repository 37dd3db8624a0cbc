import type { RelayEvent } from '../protocol/events.ts';
import type { FrameConnection } from './prepared-frame.ts';
import { PreparedFrame, sendFrame, sendFrameWithNext } from './prepared-frame.ts';

/** The connections of a Socket.IO namespace, by id, and which of them are in its rooms. */
interface Namespace {
  readonly adapter: { readonly rooms: ReadonlyMap<string, Iterable<string>> };
  readonly sockets: ReadonlyMap<string, { readonly conn: FrameConnection }>;
}

/** Sends events as frames; one that goes to several connections is encoded once. */
export class FrameSender {
  /** Members are sent presence one by one; a frame is kept for as long as its payload is there. */
  readonly #presenceFrames = new WeakMap<Uint8Array, PreparedFrame>();

  /** Sends an event to one connection. */
  send(connection: FrameConnection, event: RelayEvent, payload: Uint8Array): void {
    if (event === 'peers') {
      const frame = this.#presenceFrames.get(payload) ?? new PreparedFrame(event, payload);
      this.#presenceFrames.set(payload, frame);
      sendFrame(connection, frame);
    } else if (event === 'ack') {
      // The entries that an acknowledgement names mostly follow at once.
      sendFrameWithNext(connection, new PreparedFrame(event, payload));
    } else sendFrame(connection, new PreparedFrame(event, payload));
  }

  /** Sends an event to all connections of a Socket.IO room. */
  broadcast({ adapter, sockets }: Namespace, room: string, event: RelayEvent, payload: Uint8Array): void {
    const frame = new PreparedFrame(event, payload);
    for (const id of adapter.rooms.get(room) ?? []) {
      const socket = sockets.get(id);
      if (socket !== undefined) sendFrame(socket.conn, frame);
    }
  }
}
