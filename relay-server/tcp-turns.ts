import type { Socket } from 'node:net';

/**
 * New connections of one network, one in a turn of the event loop: what a handshake of TLS or a first request costs is spent between
 * what others send, however many connect at once. Whoever waits is not read.
 */
export class TcpTurns {
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Calls `serve` with the connection, now where nobody of this network waits, or later unless it has ended by then. */
  take(network: string, socket: Socket, serve: () => void): void {
    const waiting = this.#waiting.get(network);
    if (waiting === undefined) {
      if (this.#waiting.size === 0) setImmediate(() => this.#next());
      this.#waiting.set(network, []);
      serve();
      return;
    }
    socket.pause();
    socket.on('error', leaveToClose);
    waiting.push(() => {
      if (socket.destroyed) return;
      socket.off('error', leaveToClose);
      serve();
      // TLS takes over what came, and then reads by itself.
      if (socket.listenerCount('data') > 0) socket.resume();
    });
  }

  #next(): void {
    for (const [network, waiting] of this.#waiting) {
      const turn = waiting.shift();
      if (turn === undefined) this.#waiting.delete(network);
      else turn();
    }
    if (this.#waiting.size > 0) setImmediate(() => this.#next());
  }
}

/** A connection that fails is closed then, which is all that has to be known. */
function leaveToClose(): void {}
