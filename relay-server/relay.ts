import type { Role, RoomId } from '../protocol/ids.ts';
import { idBytes } from '../protocol/ids.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { Addresses } from './addresses.ts';
import type { Clock } from './clock.ts';
import { CommitQueue } from './commit-queue.ts';
import { DamagedRooms } from './damaged-rooms.ts';
import { FanOut } from './fan-out.ts';
import type { LogStore, RoomRecord } from './log-store.ts';
import { isDamage, StoreError } from './log-store.ts';
import { Member } from './member.ts';
import type { MemberLink } from './member-link.ts';
import type { MembershipOwner } from './membership.ts';
import { Membership } from './membership.ts';
import type { RelayConfig } from './relay-config.ts';
import { defaultRelayConfig } from './relay-config.ts';
import type { Broadcast } from './room.ts';
import { Room } from './room.ts';
import { SharedFrames } from './shared-frames.ts';
import type { StreamStart } from './stream-start.ts';
import { UploadSlots } from './upload-slots.ts';

/** A connection as its transport drives it. Both functions return at once and never throw for what a client sent. */
export interface Session {
  receive(event: string, payload: Uint8Array): void;
  disconnected(): void;
}

/** A room that is open or being opened, and how many joins wait for it. */
interface OpenRoom {
  opening: Promise<Room | undefined>;
  /** Set as soon as it is made, so that no failed write is missed. */
  room: Room | undefined;
  joins: number;
}

/**
 * The relay without its transport and disk: rooms, members, the rules of `docs/protocol.md`.
 * Time, randomness, the store and sending are given to it. Rooms exist in memory while someone is in them.
 */
export class Relay {
  readonly store: LogStore;
  readonly clock: Clock;
  readonly damaged: DamagedRooms;
  readonly config: RelayConfig;
  readonly addresses: Addresses;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** A line for the operator. */
  readonly warn: (line: string) => void;
  readonly #broadcast: Broadcast;
  readonly #commits: CommitQueue;
  readonly #fanOut: FanOut;
  readonly #uploadSlots: UploadSlots;
  readonly #sharedFrames = new SharedFrames();
  readonly #rooms = new Map<RoomId, OpenRoom>();
  readonly #members = new Set<Member>();
  #lastMemberId = 0;
  #writeFailures = 0;
  #closing = false;

  constructor(options: {
    store: LogStore;
    clock: Clock;
    random: (bytes: number) => Uint8Array;
    broadcast: Broadcast;
    warn: (line: string) => void;
    config?: Partial<RelayConfig>;
  }) {
    this.store = options.store;
    this.clock = options.clock;
    this.random = options.random;
    this.warn = options.warn;
    this.config = { ...defaultRelayConfig, ...options.config };
    this.addresses = new Addresses(this.config, options.clock);
    this.#broadcast = options.broadcast;
    this.#fanOut = new FanOut(options.clock);
    this.#uploadSlots = new UploadSlots(this.config.maxUploads, this.addresses, options.clock);
    this.#commits = new CommitQueue(
      (entries) => this.store.append(entries),
      (error) => this.#writeFailed(error),
      this.clock,
    );
    this.damaged = new DamagedRooms({
      store: options.store,
      betweenWrites: (task) => this.#commits.between(task),
      warn: options.warn,
      events: {
        onStarted: (roomId) => this.#rooms.get(roomId)?.room?.log.hold(),
        onStepFailed: () => this.#distrustHeads(),
        onRepaired: (roomId) => this.#repaired(roomId),
        onEnded: (roomId) => this.#rooms.get(roomId)?.room?.log.release(),
      },
    });
  }

  /** Whether it is shutting down: nothing more is accepted. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Writes that failed since the start. */
  get writeFailures(): number {
    return this.#writeFailures;
  }

  /** How many rooms are open; those nobody is in are not. */
  get openRooms(): number {
    return this.#rooms.size;
  }

  /** Takes a new connection and greets it, or refuses it when there are too many. */
  connect(link: MemberLink): Session {
    const member = new Member(this, link);
    const refusal = this.#refusalOfConnection(link.remoteAddress);
    this.#members.add(member);
    if (refusal === undefined) member.greet();
    else member.refuseAndClose(refusal, '');
    return member;
  }

  /** Finishes the writes under way, tells everyone `closing` and closes their connections. The store stays open. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#rooms.values()].map(({ room }) => room?.idle()));
    this.#fanOut.flush();
    for (const member of this.#members) member.refuseAndClose('closing', '');
  }

  /** Runs `use` with the room, which stays open meanwhile; undefined where there is none and `mayCreate` says no (rule J5). */
  async withRoom(
    roomId: RoomId,
    mayCreate: () => boolean,
    use: (room: Room | undefined) => Promise<void>,
  ): Promise<void> {
    const open = this.#rooms.get(roomId) ?? { opening: this.#openRoom(roomId), room: undefined, joins: 0 };
    this.#rooms.set(roomId, open);
    open.joins += 1;
    try {
      await use(await this.#opened(roomId, open, mayCreate));
    } finally {
      open.joins -= 1;
      this.#dropIfUnused(roomId);
    }
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
      budgetBytes: this.config.readerBudgetBytes,
      entryBytes: this.config.entryBytes,
      snapshotBytes: this.config.snapshotBytes,
      uploadSlots: this.#uploadSlots,
      clock: this.clock,
    });
  }

  /** Called by a member whose connection is over. */
  forget(member: Member): void {
    this.#members.delete(member);
  }

  /** The code for an error of the store on the way of a join. */
  refusalOf(error: unknown): RefusalCode {
    return error instanceof StoreError && error.code === 'disk-full' ? 'disk-full' : 'store-failed';
  }

  #refusalOfConnection(address: string): RefusalCode | undefined {
    if (this.#closing) return 'closing';
    const { maxConnections, maxUnjoined, connectionsPerAddress, unjoinedPerAddress } = this.config;
    if (this.#members.size >= maxConnections) return 'too-busy';
    if (this.#members.size < Math.min(maxUnjoined, connectionsPerAddress, unjoinedPerAddress))
      return undefined;
    const there = { all: 0, unjoined: 0 };
    let unjoined = 0;
    for (const { joined, link } of this.#members) {
      const isThere = link.remoteAddress === address;
      if (isThere) there.all += 1;
      if (joined) continue;
      unjoined += 1;
      if (isThere) there.unjoined += 1;
    }
    const tooMany =
      unjoined >= maxUnjoined || there.all >= connectionsPerAddress || there.unjoined >= unjoinedPerAddress;
    return tooMany ? 'too-busy' : undefined;
  }

  /** Of several that ask for a room together, one creates it. */
  async #opened(roomId: RoomId, open: OpenRoom, mayCreate: () => boolean): Promise<Room | undefined> {
    try {
      for (;;) {
        const { opening } = open;
        const room = await opening;
        if (room !== undefined) return room;
        if (open.opening !== opening) continue;
        if (!mayCreate()) return undefined;
        open.opening = this.#createRoom(roomId);
      }
    } catch (error) {
      if (this.#rooms.get(roomId) === open) this.#rooms.delete(roomId);
      throw error;
    }
  }

  async #openRoom(roomId: RoomId): Promise<Room | undefined> {
    await this.damaged.settled(roomId);
    const failures = this.#writeFailures;
    const record = await this.store.room(roomId).catch(async (error: unknown) => {
      if (!isDamage(error)) throw error;
      await this.damaged.repair(roomId);
      return await this.store.room(roomId);
    });
    return record === undefined ? undefined : this.#makeRoom(roomId, record, failures);
  }

  async #createRoom(roomId: RoomId): Promise<Room> {
    const failures = this.#writeFailures;
    try {
      const record = await this.store.createRoom(roomId, this.random(idBytes));
      return this.#makeRoom(roomId, record, failures);
    } catch (error) {
      this.#writeFailed(error);
      throw error;
    }
  }

  /** `failures` is how many writes had failed when the record was read: after another one its head is not sure. */
  #makeRoom(roomId: RoomId, record: RoomRecord, failures: number): Room {
    const room = new Room(roomId, record, {
      store: this.store,
      commits: this.#commits,
      fanOut: this.#fanOut,
      clock: this.clock,
      broadcast: this.#broadcast,
      onDamage: () => void this.damaged.repair(roomId),
      config: this.config,
      onWriteFailed: (error) => this.#writeFailed(error),
      onUnused: () => this.#dropIfUnused(roomId),
    });
    const open = this.#rooms.get(roomId);
    if (open !== undefined) open.room = room;
    if (this.damaged.isUnderWay(roomId)) room.log.hold();
    if (failures !== this.#writeFailures) room.log.checkHead();
    return room;
  }

  #dropIfUnused(roomId: RoomId): void {
    const open = this.#rooms.get(roomId);
    if (open !== undefined && open.joins === 0 && open.room?.inUse !== true) this.#rooms.delete(roomId);
  }

  #repaired(roomId: RoomId): void {
    this.#distrustHeads();
    const room = this.#rooms.get(roomId)?.room;
    room?.log.checkHead();
    room?.snapshots.readAgain();
  }

  #writeFailed(error: unknown): void {
    this.warn(`write failed: ${error instanceof Error ? error.message : String(error)}`);
    this.#distrustHeads();
  }

  #distrustHeads(): void {
    this.#writeFailures += 1;
    for (const { room } of this.#rooms.values()) room?.log.distrustHead();
  }
}
