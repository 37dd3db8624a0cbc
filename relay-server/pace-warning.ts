import { isIP } from 'node:net';
import type { Clock } from './clock.ts';

/** Connections of one address that were ended, from which on its operator hears of it: a proxy that was not named has thousands. */
export const endedWorthTelling = 100;
/** Whoever makes connections cannot fill a journal. */
export const warningPauseMs = 3_600_000;

/** Tells the operator that an address connects faster than people do: most often a proxy that was not named. Of all addresses once an hour. */
export class PaceWarning {
  readonly #clock: Clock;
  readonly #warn: (line: string) => void;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, warn: (line: string) => void) {
    this.#clock = clock;
    this.#warn = warn;
  }

  /** So many connections of a network were ended for their pace. */
  ended(network: string, count: number): void {
    const now = this.#clock.now();
    if (count < endedWorthTelling || now < this.#quietUntilMs) return;
    this.#quietUntilMs = now + warningPauseMs;
    const from = isIP(network) === 0 ? `${network}::/64` : network;
    this.#warn(
      `Connections from ${from} come faster than the relay takes them from one address, and were ended. If a proxy of yours is there, name it with --trusted-proxy.`,
    );
  }
}
