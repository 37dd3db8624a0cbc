import type { EmbeddedRelay } from './bridge.ts';
import type { RelayChild } from './relay-child.ts';
import type { RelayStatus } from './relay-control.ts';
import type { RelayAddress } from './relay-files.ts';
import { strings } from './strings.ts';

/** What keeping a relay needs of files, network, processes and time. */
export interface RelayMeans {
  readAddress(): Promise<RelayAddress | undefined>;
  writeAddress(address: RelayAddress): Promise<void>;
  /** The instance that answers at an address, or undefined. */
  instanceAt(url: string): Promise<string | undefined>;
  status(url: string): Promise<RelayStatus>;
  openNetwork(url: string, open: boolean): Promise<RelayStatus>;
  /** Settles when the connection to a relay ends. */
  connectionEnd(url: string, signal: AbortSignal): Promise<void>;
  fork(port: number): RelayChild;
  /** Settles after a time, or at once when aborted. Never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
  nowMs(): number;
}

const usualPort = 4040;
/** For the system to choose one. */
const anyPort = 0;
/** Profiles that lost their relay together do not all start one in the same moment. */
const jitterMs = 150;
/** A locked folder without a relay that answers is a relay starting or ending; longer than this, it is trouble. */
const lockedPatienceMs = 10_000;
const shortestPauseMs = 100;
const longestPauseMs = 10_000;
/** A relay that ran this long was well; its end is not counted as a failure to start. */
const wellAfterMs = 10_000;
/** Each takes up to the time in which a relay has to answer. */
const answerTries = 5;
/** Another profile may have opened the relay to the network. */
const statusEveryMs = 2000;

/**
 * Keeps one relay running for all profiles of this user: follows the one that runs, or owns one, and takes over when
 * it ends. Whoever starts first holds the lock on the data; the others find its address in the shared file.
 */
export class RelayKeeper {
  readonly #means: RelayMeans;
  readonly #changed: (relay: EmbeddedRelay) => void;
  readonly #stopping = new AbortController();
  #state: EmbeddedRelay = { state: 'starting' };
  #child: RelayChild | undefined;
  #failures = 0;
  #lockedSinceMs: number | undefined;
  #kept: Promise<void> = Promise.resolve();

  constructor(means: RelayMeans, changed: (relay: EmbeddedRelay) => void) {
    this.#means = means;
    this.#changed = changed;
  }

  /** The relay as pages are told about it. */
  get state(): EmbeddedRelay {
    return this.#state;
  }

  start(): void {
    this.#kept = this.#keep();
  }

  /** Lets people on this network join, or stops that. Rejects if no relay is running. */
  async openNetwork(open: boolean): Promise<EmbeddedRelay> {
    if (this.#state.state !== 'running') throw new Error(strings.relayNotRunning);
    const status = await this.#means.openNetwork(this.#state.url, open);
    this.#show({ state: 'running', ...status });
    return this.#state;
  }

  /** Ends the relay if this process owns it, after its last writes. Another profile takes it over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#child?.stop();
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (!(await this.#follow())) await this.#own();
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : String(error));
      }
      if (!signal.aborted) await this.#means.wait(this.#pauseMs(), signal);
    }
  }

  /** Uses the relay that another process owns until it ends; false if there is none. */
  async #follow(): Promise<boolean> {
    const address = await this.#means.readAddress();
    if (address === undefined || (await this.#means.instanceAt(address.url)) !== address.instance)
      return false;
    this.#failures = 0;
    this.#lockedSinceMs = undefined;
    await this.#whileRunning(address.url, async (signal) => {
      do await this.#means.connectionEnd(address.url, signal);
      while (!signal.aborted && (await this.#means.instanceAt(address.url)) === address.instance);
    });
    return true;
  }

  /** Starts a relay, on the port where the last one was if that is free, and keeps it until it ends. */
  async #own(): Promise<void> {
    const address = await this.#means.readAddress();
    const lastPort = address === undefined ? usualPort : Number(new URL(address.url).port) || usualPort;
    for (const port of new Set([lastPort, usualPort, anyPort])) {
      if (this.#stopping.signal.aborted) return;
      const startedAtMs = this.#means.nowMs();
      const child = this.#means.fork(port);
      this.#child = child;
      const start = await child.started;
      if (start.type === 'listening') {
        this.#lockedSinceMs = undefined;
        await this.#runOwn(child, start.url);
        const wasWell = this.#means.nowMs() - startedAtMs > wellAfterMs;
        this.#failures = wasWell ? 0 : this.#failures + 1;
        return;
      }
      await child.stop();
      this.#child = undefined;
      if (this.#stopping.signal.aborted) return;
      if (start.reason === 'port-in-use' && port !== anyPort) continue;
      if (start.reason === 'locked') this.#noteLocked();
      else this.#fail(start.message);
      return;
    }
  }

  async #runOwn(child: RelayChild, url: string): Promise<void> {
    try {
      const instance = await this.#instanceOf(child, url);
      if (instance === undefined) return;
      await this.#means.writeAddress({ url, instance });
      await this.#whileRunning(url, () => child.ended);
    } finally {
      // A relay that others cannot find would hold the lock against every further try.
      await child.stop();
      this.#child = undefined;
    }
  }

  /** Asks more than once: on a busy computer a relay that listens may be slow to answer. */
  async #instanceOf(child: RelayChild, url: string): Promise<string | undefined> {
    let ended = false;
    void child.ended.then(() => {
      ended = true;
    });
    for (let tries = 0; tries < answerTries && !ended; tries += 1) {
      const instance = await this.#means.instanceAt(url);
      if (instance !== undefined) return instance;
      await this.#means.wait(shortestPauseMs, this.#stopping.signal);
    }
    return undefined;
  }

  /** Shows a relay as running, with the newest of what it says about itself, until `until` settles. */
  async #whileRunning(url: string, until: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const stop = () => over.abort();
    this.#stopping.signal.addEventListener('abort', stop);
    const watching = this.#watchStatus(url, over.signal);
    await until(over.signal);
    this.#stopping.signal.removeEventListener('abort', stop);
    over.abort();
    await watching;
    if (!this.#stopping.signal.aborted) this.#show({ state: 'starting' });
  }

  async #watchStatus(url: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const status = await this.#means.status(url).catch(() => undefined);
      if (signal.aborted) return;
      if (status !== undefined) this.#show({ state: 'running', ...status });
      await this.#means.wait(status === undefined ? shortestPauseMs : statusEveryMs, signal);
    }
  }

  #noteLocked(): void {
    const nowMs = this.#means.nowMs();
    this.#lockedSinceMs ??= nowMs;
    if (nowMs - this.#lockedSinceMs > lockedPatienceMs) this.#fail(strings.relayLocked);
  }

  #fail(message: string): void {
    this.#failures += 1;
    this.#show({ state: 'failed', message: `${strings.relayFailed}: ${message}` });
  }

  #pauseMs(): number {
    if (this.#failures === 0) return this.#means.random() * jitterMs;
    const doubled = shortestPauseMs * 2 ** Math.min(this.#failures - 1, 10);
    return Math.min(longestPauseMs, doubled) * (0.5 + this.#means.random());
  }

  #show(relay: EmbeddedRelay): void {
    if (JSON.stringify(relay) === JSON.stringify(this.#state)) return;
    this.#state = relay;
    this.#changed(relay);
  }
}
