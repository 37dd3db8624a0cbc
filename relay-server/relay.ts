import type { Role, RoomId } from '../protocol/ids.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { Addresses } from './addresses.ts';
import type { Clock } from './clock.ts';
import { Connections } from './connections.ts';
import type { DamagedRooms } from './damaged-rooms.ts';
import type { LogStore } from './log-store.ts';
import { StoreError } from './log-store.ts';
import { Member } from './member.ts';
import type { MemberLink } from './member-link.ts';
import { Membership } from './membership.ts';
import type { MembershipOwner } from './membership-owner.ts';
import { OpenRooms } from './open-rooms.ts';
import { ReadTurns } from './read-turns.ts';
import type { RelayConfig } from './relay-config.ts';
import { defaultRelayConfig } from './relay-config.ts';
import type { Room } from './room.ts';
import { SharedFrames } from './shared-frames.ts';
import type { StreamStart } from './stream-start.ts';
import { UploadSlots } from './upload-slots.ts';

/** A connection as its transport drives it. Both functions return at once and never throw for what a client sent. */
export interface Session {
  receive(event: string, payload: Uint8Array): void;
  disconnected(): void;
}

/**
 * The relay without its transport and disk: rooms, members, the rules of `docs/protocol.md`.
 * Time, randomness, the store and sending are given to it. Rooms exist in memory while someone is in them.
 */
export class Relay {
  readonly store: LogStore;
  readonly clock: Clock;
  readonly config: RelayConfig;
  readonly addresses: Addresses;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** A line for the operator. */
  readonly warn: (line: string) => void;
  readonly #uploadSlots: UploadSlots;
  readonly #sharedFrames = new SharedFrames();
  readonly #readTurns = new ReadTurns();
  readonly #rooms: OpenRooms;
  readonly #connections: Connections;
  #lastMemberId = 0;
  #closing = false;

  constructor(options: {
    store: LogStore;
    clock: Clock;
    random: (bytes: number) => Uint8Array;
    warn: (line: string) => void;
    config?: Partial<RelayConfig>;
  }) {
    this.store = options.store;
    this.clock = options.clock;
    this.random = options.random;
    this.warn = options.warn;
    this.config = { ...defaultRelayConfig, ...options.config };
    this.addresses = new Addresses(this.config, options.clock, options.warn);
    this.#uploadSlots = new UploadSlots(this.config.maxUploads, this.addresses, options.clock);
    this.#connections = new Connections(this.config);
    this.#rooms = new OpenRooms({ ...options, config: this.config });
  }

  /** Whether it is shutting down: nothing more is accepted. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Writes that failed since the start. */
  get writeFailures(): number {
    return this.#rooms.writeFailures;
  }

  get damaged(): DamagedRooms {
    return this.#rooms.damaged;
  }

  /** How many rooms are open; those nobody is in are not. */
  get openRooms(): number {
    return this.#rooms.size;
  }

  /** Takes a new connection and greets it, or refuses it when there are too many. */
  connect(link: MemberLink): Session {
    const member = new Member(this, link);
    const isIn = !this.#closing && this.#connections.add(member);
    if (isIn) member.greet();
    else member.refuseAndClose(this.#closing ? 'closing' : 'too-busy', '');
    return member;
  }

  /** Finishes the writes under way, tells everyone `closing` and closes their connections. The store stays open. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#rooms.finish();
    for (const member of this.#connections.all) member.refuseAndClose('closing', '');
  }

  /** Runs `use` with the room, which stays open meanwhile; undefined where there is none and `mayCreate` says no (rule J5). */
  withRoom(
    roomId: RoomId,
    mayCreate: () => boolean,
    use: (room: Room | undefined) => Promise<void>,
  ): Promise<void> {
    return this.#rooms.with(roomId, mayCreate, use);
  }

  /** The membership of a connection that has been let in. */
  makeMembership(options: {
    room: Room;
    role: Role;
    owner: MembershipOwner;
    start: StreamStart;
  }): Membership {
    this.#lastMemberId += 1;
    return new Membership({
      ...options,
      id: this.#lastMemberId,
      store: this.store,
      frames: this.#sharedFrames,
      readTurns: this.#readTurns,
      budgetBytes: this.config.readerBudgetBytes,
      entryBytes: this.config.entryBytes,
      snapshotBytes: this.config.snapshotBytes,
      uploadSlots: this.#uploadSlots,
      clock: this.clock,
    });
  }

  /** Called by a member that has entered a room or left it. */
  moved(member: Member): void {
    this.#connections.moved(member);
  }

  /** Called by a member whose connection is over. */
  forget(member: Member): void {
    this.#connections.remove(member);
  }

  /** The code for an error of the store on the way of a join. */
  refusalOf(error: unknown): RefusalCode {
    return error instanceof StoreError && error.code === 'disk-full' ? 'disk-full' : 'store-failed';
  }
}
