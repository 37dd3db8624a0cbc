import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { takeBinary } from '../../relay-server/engine-connection.ts';

/** A connection to which Socket.IO listens, and what each of the two gets. */
function connection(transport: 'websocket' | 'polling') {
  const [taken, socketIo]: [unknown[], unknown[]] = [[], []];
  const made = Object.assign(new EventEmitter(), { transport: { name: transport } });
  const listener = (message: unknown) => socketIo.push(message);
  made.on('data', listener);
  takeBinary(made, (message) => taken.push(message));
  return { made, taken, socketIo, listener };
}

const [first, second] = [Uint8Array.of(1), Uint8Array.of(2)];

describe('the short way of binary messages', () => {
  test('[W2] a WebSocket’s binary messages are taken at once; Socket.IO does not see them', () => {
    const { made, taken, socketIo } = connection('websocket');
    for (const message of [first, second]) made.emit('data', message);
    expect([taken, socketIo]).toEqual([[first, second], []]);
  });

  test('[W3][W4] the first text and all that follows are Socket.IO’s, which may stop listening', () => {
    const { made, taken, socketIo, listener } = connection('websocket');
    for (const message of [first, 'text', second]) made.emit('data', message);
    expect([taken, socketIo]).toEqual([[first], ['text', second]]);
    made.off('data', listener);
    expect(made.listenerCount('data')).toBe(0);
  });

  test('[G8][G9] messages of a polling request are Socket.IO’s, binary ones after an upgrade are not', () => {
    const { made, taken, socketIo } = connection('polling');
    made.emit('data', first);
    made.transport.name = 'websocket';
    made.emit('data', second);
    expect([taken, socketIo]).toEqual([[second], [first]]);
  });
});
