import type { RelayEvent } from '../protocol/events.ts';
import type { FrameConnection } from './prepared-frame.ts';
import { frameOfShared, prepareFrame, sendFrame, sendFrameWithNext } from './prepared-frame.ts';

/** The connections of a Socket.IO namespace, by id, and which of them are in its rooms. */
interface Namespace {
  readonly adapter: { readonly rooms: ReadonlyMap<string, Iterable<string>> };
  readonly sockets: ReadonlyMap<string, { readonly conn: FrameConnection }>;
}

/** Sends events as frames; one that goes to several connections is encoded once. */
export class FrameSender {
  /** Sends an event to one connection. */
  send(connection: FrameConnection, event: RelayEvent, payload: Uint8Array): void {
    switch (event) {
      case 'peers':
        sendFrame(connection, frameOfShared(event, payload));
        return;
      case 'part':
      case 'snapshot-part':
        // Those that were read together are sent together.
        sendFrameWithNext(connection, frameOfShared(event, payload));
        return;
      case 'ack':
        // The entries that an acknowledgement names mostly follow at once.
        sendFrameWithNext(connection, prepareFrame(event, payload));
        return;
      default:
        sendFrame(connection, prepareFrame(event, payload));
    }
  }

  /** Sends an event to all connections of a Socket.IO room. */
  broadcast({ adapter, sockets }: Namespace, room: string, event: RelayEvent, payload: Uint8Array): void {
    const frame = prepareFrame(event, payload);
    for (const id of adapter.rooms.get(room) ?? []) {
      const socket = sockets.get(id);
      if (socket !== undefined) sendFrame(socket.conn, frame);
    }
  }
}
