import type { Clock } from './clock.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxLink } from './upload.ts';

/** How long appends wait for a snapshot that the relay needs first, in ms: longer than it waits for an editor (rule C1). */
const holdMs = 40_000;

/** Lets a copy's appends out once the relay has said yes; behind the snapshot where its log is full and takes none before (rule C6). */
export class SnapshotFirst {
  #isOn = false;
  #appends: OutboxLink | undefined;
  #cancelHold: () => void = () => {};

  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Whether appends wait for a snapshot of this load. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** A stream begins. */
  streamStarts(compactFirst: boolean): void {
    this.#isOn = compactFirst;
  }

  /** The relay takes appends, as far as it is asked; undefined for viewers. */
  joined(appends: OutboxLink | undefined): void {
    this.#appends = appends;
    if (!this.#isOn) this.over();
  }

  /** The load is complete: whoever compacts first waits to be asked from now on; the load before may take any time. */
  loaded(): void {
    if (!this.#isOn) return;
    this.#cancelHold();
    this.#cancelHold = this.clock.after(holdMs, () => this.over());
  }

  /** The snapshot is being made: appends wait for it, however long it takes. */
  making(): void {
    this.#cancelHold();
  }

  /** The snapshot that appends waited for has been made, or was refused, or is waited for no longer: they go out. */
  over(): void {
    this.#cancelHold();
    this.#isOn = false;
    if (this.#appends !== undefined) this.outbox.open(this.#appends);
    this.#appends = undefined;
  }

  /** Connection gone, or not joined any more. */
  notJoined(): void {
    this.#cancelHold();
    this.#appends = undefined;
    this.outbox.shut();
  }
}
