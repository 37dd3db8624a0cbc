import type { EmbeddedRelay } from '../../main/bridge.ts';
import { RelayKeeper } from '../../main/embedded-relay.ts';
import type { RelayChild, RelayStart } from '../../main/relay-child.ts';
import type { RelayStatus } from '../../main/relay-control.ts';
import type { RelayAddress } from '../../main/relay-files.ts';

/** A relay process on the machine, and how to end it as the system would. */
interface Process {
  readonly instance: string;
  readonly owner: string;
  readonly url: string;
  end(): void;
}

/** A computer in memory on which profiles keep their relay: shared files, ports, processes, and a clock that waits do not delay. */
export class RelayMachine {
  /** Ports that other programs use. */
  readonly takenPorts = new Set<number>();
  /** Set while something that is no relay of ours holds the data folder. */
  foreignLock = false;
  /** Set to make each relay end with this message instead of listening. */
  brokenBecause: string | undefined;
  /** Set to make writing the shared file with the address fail with this message. */
  unwritableBecause: string | undefined;
  readonly waits: number[] = [];
  forks = 0;
  #address: RelayAddress | undefined;
  #networkOpen = false;
  #nowMs = 0;
  #process: Process | undefined;
  #seed = 1;

  /** The relay that runs, if one does. */
  get running(): Process | undefined {
    return this.#process;
  }

  /** Starts one profile's keeper; `states` is all it ever said. */
  profile(name: string): { readonly keeper: RelayKeeper; readonly states: EmbeddedRelay[] } {
    const states: EmbeddedRelay[] = [];
    const keeper = new RelayKeeper(
      {
        readAddress: async () => this.#address,
        writeAddress: async (address) => {
          if (this.unwritableBecause !== undefined) throw new Error(this.unwritableBecause);
          this.#address = address;
        },
        instanceAt: async (url) => (this.#process?.url === url ? this.#process.instance : undefined),
        status: async (url) => this.#status(url),
        openNetwork: async (url, open) => {
          const status = this.#status(url);
          // The relay keeps the choice beside its data, so that the next one has it.
          this.#networkOpen = open;
          return { ...status, ...this.#status(url) };
        },
        connectionEnd: (url, signal) => this.#connectionEnd(url, signal),
        fork: (port) => this.#fork(name, port),
        wait: async (ms) => {
          this.waits.push(ms);
          this.#nowMs += ms;
          await new Promise((resolve) => setImmediate(resolve));
        },
        random: () => this.#random(),
        nowMs: () => this.#nowMs,
      },
      (relay) => states.push(relay),
    );
    keeper.start();
    return { keeper, states };
  }

  #status(url: string): RelayStatus {
    if (this.#process?.url !== url) throw new Error('nobody answers');
    const networkOpen = this.#networkOpen;
    return { url, networkOpen, networkUrls: networkOpen ? ['http://192.0.2.1:4040'] : [] };
  }

  #connectionEnd(url: string, signal: AbortSignal): Promise<void> {
    const there = this.#process;
    if (there?.url !== url) return Promise.resolve();
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve());
      const { end } = there;
      there.end = () => {
        end();
        resolve();
      };
    });
  }

  #fork(owner: string, port: number): RelayChild {
    this.forks += 1;
    const start = this.#start(port);
    if (start.type === 'failed')
      return { started: later(start), ended: Promise.resolve(), stop: async () => {} };
    let markEnded = () => {};
    const ended = new Promise<void>((resolve) => {
      markEnded = resolve;
    });
    const mine: Process = {
      instance: `instance ${this.forks}`,
      owner,
      url: start.url,
      end: () => {
        this.#process = undefined;
        markEnded();
      },
    };
    this.#process = mine;
    const stop = async () => {
      if (this.#process === mine) mine.end();
    };
    return { started: later(start), ended, stop };
  }

  #start(port: number): RelayStart {
    if (this.brokenBecause !== undefined)
      return { type: 'failed', reason: 'error', message: this.brokenBecause };
    if (this.foreignLock || this.#process !== undefined)
      return { type: 'failed', reason: 'locked', message: '' };
    if (this.takenPorts.has(port)) return { type: 'failed', reason: 'port-in-use', message: '' };
    return { type: 'listening', url: `http://127.0.0.1:${port === 0 ? 50_000 + this.forks : port}` };
  }

  #random(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }
}

async function later<Value>(value: Value): Promise<Value> {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
}
