import type { Server } from 'node:net';

/** Node's handle of a new connection, before there is a socket for it. */
interface NewConnection {
  getpeername(into: { address?: string }): unknown;
  close(): void;
}

/**
 * Ends connections of addresses that are not taken before Node makes a socket of them, which costs more than ending them: it accepts
 * all that have come before it does anything else. The handle is Node's own affair: where it is another one, nothing is ended here.
 */
export function refuseEarly(server: Server, isRefused: (address: string) => boolean): void {
  server.on('listening', () => {
    const handle: unknown = Reflect.get(server, '_handle');
    if (typeof handle !== 'object' || handle === null || !('onconnection' in handle)) return;
    const { onconnection } = handle;
    if (typeof onconnection !== 'function') return;
    Reflect.set(handle, 'onconnection', function accept(this: unknown, status: unknown, connection: unknown) {
      if (isNewConnection(connection)) {
        const peer: { address?: string } = {};
        connection.getpeername(peer);
        if (peer.address !== undefined && isRefused(peer.address)) {
          connection.close();
          return;
        }
      }
      onconnection.call(this, status, connection);
    });
  });
}

function isNewConnection(connection: unknown): connection is NewConnection {
  return (
    typeof connection === 'object' &&
    connection !== null &&
    'getpeername' in connection &&
    typeof connection.getpeername === 'function' &&
    'close' in connection &&
    typeof connection.close === 'function'
  );
}
