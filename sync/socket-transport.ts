import { io } from 'socket.io-client';
import { frameParser } from '../protocol/frame-parser.ts';
import type { OpenTransport } from './transport.ts';

/** First wait before another attempt, in ms; doubled each time up to `maxDelayMs`, each with half of it at random. */
const delayMs = 250;
/** Longest wait: a relay that is back is found within this time, and 1,000 clients ask it 250 times a second. */
const maxDelayMs = 4000;
/** A silent attempt is given up after this. */
const attemptMs = 10_000;
/** An attempt younger than this is not begun anew: over polling one takes several round trips. Older ones may hang since a sleep. */
const freshAttemptMs = 2000;

/** Socket.IO to a relay: WebSocket first, long-polling where that fails (G9). The only file of `sync/` that knows Socket.IO. */
export const socketTransport: OpenTransport = (relayUrl, events) => {
  const url = new URL(relayUrl);
  let wanted = false;
  const socket = io(url.origin, {
    parser: frameParser,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: delayMs,
    reconnectionDelayMax: maxDelayMs,
    randomizationFactor: 0.5,
    timeout: attemptMs,
  });
  let again: ReturnType<typeof setTimeout> | undefined;
  let attemptSinceMs: number | undefined;
  const attempted = () => {
    attemptSinceMs = Date.now();
  };
  const attemptEnded = () => {
    attemptSinceMs = undefined;
  };
  const connect = () => {
    attempted();
    socket.connect();
  };
  const isFresh = (sinceMs: number) => {
    const ageMs = Date.now() - sinceMs;
    return ageMs >= 0 && ageMs < freshAttemptMs;
  };
  const lost = (reason: string) => {
    if (wanted) events.onLost(reason);
  };
  socket.onAny((event: string, payload: unknown) => {
    if (!wanted || !(payload instanceof Uint8Array)) return;
    // Not Node's Buffer, whose `slice` does not copy.
    events.onMessage(event, new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength));
  });
  socket.io.on('reconnect_attempt', attempted);
  socket.on('connect', attemptEnded);
  socket.on('disconnect', (reason) => {
    lost(reason);
    // Socket.IO leaves it to us after the relay's own goodbye.
    if (wanted && !socket.active) again = setTimeout(connect, delayMs + Math.random() * delayMs);
  });
  socket.on('connect_error', (error) => {
    attemptEnded();
    lost(error.message);
  });
  return {
    host: url.host.toLowerCase(),
    get carrier() {
      return socket.connected ? socket.io.engine.transport.name : undefined;
    },
    connect: () => {
      wanted = true;
      connect();
    },
    hurry: () => {
      if (!wanted || socket.connected || (attemptSinceMs !== undefined && isFresh(attemptSinceMs))) return;
      socket.disconnect();
      connect();
    },
    disconnect: () => {
      wanted = false;
      clearTimeout(again);
      socket.disconnect();
    },
    send: (event, payload) => {
      if (socket.connected) socket.emit(event, payload);
      // After a sleep Socket.IO keeps it for the next connection, whose nonce is another and where nothing is joined.
      socket.sendBuffer = [];
    },
  };
};
