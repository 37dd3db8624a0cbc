import { median } from './latencies.ts';
import type { ServerProcess } from './server-process.ts';

const everyMs = 20;

/** Looks at a server's memory all the time; bytes. */
export class RssWatch {
  readonly #server: ServerProcess;
  readonly #seen: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(server: ServerProcess) {
    this.#server = server;
    this.#timer = setInterval(() => this.#look(), everyMs);
    this.#look();
  }

  get highest(): number {
    return Math.max(...this.#seen);
  }

  get middle(): number {
    return median(this.#seen);
  }

  stop(): void {
    this.#look();
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#seen.push(this.#server.rssBytes());
  }
}
