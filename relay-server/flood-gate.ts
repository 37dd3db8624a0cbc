import type { ClientEvent } from '../protocol/events.ts';
import type { AddressTurns } from './addresses.ts';
import type { Clock } from './clock.ts';
import type { HeldAppends } from './held-appends.ts';
import { HeldMessages } from './held-messages.ts';
import { TokenBucket } from './rate-limit.ts';

/** Past so many appends under way a connection floods: sixteen times what a client has. */
export const floodFrom = { count: 64, bytes: 1024 * 1024 } as const;
/** Messages beside the log; a client moves its cursor at most 20 times a second. */
export const besideLog = { perSecond: 100, burst: 256 } as const;
/** These are counted in other ways: appends as they wait, parts by their window, confirmations by what was sent. */
const countedElsewhere: ReadonlySet<string> = new Set<ClientEvent>(['append', 'upload', 'confirm']);
/** What is taken of all connections of one address that flood, in a second: a tenth of what a small computer does. */
export const floodPace = { perSecond: 200, bytesPerSecond: 1024 * 1024 } as const;
/** Messages that are taken at once of what waits: some 2 ms of the processor. */
export const pieceCount = 32;

/** The connection in front of which the gate is. */
export interface GatedConnection {
  /** Reads its network, or leaves there what it sends. */
  setReading(reads: boolean): void;
  /** Its join waits for its turn, or does so no more. */
  waitsForTurn(waits: boolean): void;
  take(event: string, payload: Uint8Array): void;
}

/**
 * Lets the messages of a connection through, and holds them back where it floods the relay: it is read no further, what it sent
 * waits in the network, and what had been read is taken piece by piece, as its address pays for it. A join waits for a turn of its
 * address, and what comes after it waits as well; a client sends nothing there, and is read, so that its answers to pings arrive.
 */
export class FloodGate {
  readonly #clock: Clock;
  readonly #turns: AddressTurns;
  readonly #appends: HeldAppends;
  readonly #connection: GatedConnection;
  readonly #waiting = new HeldMessages();
  readonly #besideLog: TokenBucket;
  #floods = false;
  /** What was taken of a connection that floods, and since when, without being paid for yet. */
  #sinceMs = 0;
  #taken = 0;
  #takenBytes = 0;
  #reads = true;
  #isPastPace = false;
  #stopPaying: (() => void) | undefined;
  /** The first of what waits is a join. */
  #awaitsTurn = false;
  #giveTurnUp: () => void = () => {};
  #isClosed = false;

  constructor(clock: Clock, turns: AddressTurns, appends: HeldAppends, connection: GatedConnection) {
    this.#clock = clock;
    this.#turns = turns;
    this.#appends = appends;
    this.#connection = connection;
    this.#besideLog = new TokenBucket(besideLog, clock.now());
  }

  /** Takes a message now or when it is its turn; gives false where there is no room for it to wait. */
  pass(event: string, payload: Uint8Array): boolean {
    if (!this.#isHeld && event !== 'join') {
      this.#take(event, payload);
      return true;
    }
    const { count, bytes } = this.#waiting;
    if (!this.#appends.hasRoomFor(count + 1, bytes + payload.length)) return false;
    this.#waiting.add({ event, payload });
    if (this.#awaitsTurn) this.#readWhereJoinIsAlone();
    else if (!this.#floods) this.#awaitTurn();
    return true;
  }

  /** An append is on the disk, or was refused. */
  appendReleased(): void {
    this.#goOnWhenPaid();
  }

  /** A message was answered with a refusal, which costs as much as any beside the log; and one address is refused little. */
  refused(): void {
    this.#countBesideLog();
    if (!this.#floods && !this.#turns.refusals.takeIfThere(1, this.#clock.now())) this.#isPastPace = true;
  }

  /** Forgets what waits: the connection is gone. */
  close(): void {
    this.#isClosed = true;
    this.#stopPaying?.();
    this.#giveTurnUp();
    this.#waiting.clear();
  }

  #take(event: string, payload: Uint8Array): void {
    if (!countedElsewhere.has(event)) this.#countBesideLog();
    this.#taken += 1;
    this.#takenBytes += payload.length;
    this.#connection.take(event, payload);
    if (this.#floods) return;
    const holdsFew = this.#appends.count <= floodFrom.count && this.#appends.bytes <= floodFrom.bytes;
    if (holdsFew && !this.#isPastPace) {
      this.#startPiece();
      return;
    }
    this.#isPastPace = false;
    this.#hold();
    this.#taken = Math.max(1, this.#appends.count);
    this.#takenBytes = Math.max(payload.length, this.#appends.bytes);
    this.#goOnWhenPaid();
  }

  #hold(): void {
    this.#floods = true;
    this.#read(false);
  }

  get #isHeld(): boolean {
    return this.#floods || this.#awaitsTurn;
  }

  #read(reads: boolean): void {
    if (this.#reads === reads) return;
    this.#reads = reads;
    this.#connection.setReading(reads);
  }

  /** The join that is the first of what waits is taken when its address has a turn for it, often now. */
  #awaitTurn(): void {
    this.#awaitsTurn = true;
    this.#giveTurnUp = this.#turns.arrivals.take('join', () => {
      this.#awaitsTurn = false;
      this.#connection.waitsForTurn(false);
      const floods = this.#floods;
      this.#takeFirst();
      if (floods) this.#takePiece();
      else this.#takeRest();
    });
    if (!this.#awaitsTurn) return;
    this.#connection.waitsForTurn(true);
    this.#readWhereJoinIsAlone();
  }

  #readWhereJoinIsAlone(): void {
    this.#read(!this.#floods && this.#waiting.count === 1);
  }

  /** Takes what waited for nothing but the join before it: that is no flood. */
  #takeRest(): void {
    while (!this.#isHeld && !this.#isClosed && this.#waiting.count > 0) {
      if (this.#waiting.first?.event === 'join') this.#awaitTurn();
      else this.#takeFirst();
    }
    if (!this.#isHeld && !this.#isClosed) this.#read(true);
  }

  #takeFirst(): void {
    const next = this.#waiting.take();
    if (next !== undefined) this.#take(next.event, next.payload);
  }

  #countBesideLog(): void {
    if (this.#floods) return;
    if (!this.#besideLog.takeIfThere(1, this.#clock.now())) this.#isPastPace = true;
  }

  #startPiece(): void {
    this.#sinceMs = this.#clock.now();
    this.#taken = 0;
    this.#takenBytes = 0;
  }

  #goOnWhenPaid(): void {
    const isLow = this.#appends.count <= floodFrom.count / 4 && this.#appends.bytes <= floodFrom.bytes / 4;
    if (!this.#floods || !isLow || this.#awaitsTurn || this.#isClosed) return;
    if (this.#stopPaying !== undefined) return;
    const paidMs = this.#pay();
    this.#stopPaying = this.#clock.setTimer(() => this.#goOn(), Math.max(0, paidMs - this.#clock.now()));
  }

  /** Gives the time at which the address has paid for the piece. */
  #pay(): number {
    const seconds = Math.max(this.#taken / floodPace.perSecond, this.#takenBytes / floodPace.bytesPerSecond);
    return this.#turns.floods.take(this.#sinceMs, seconds * 1000, this.#clock.now());
  }

  #goOn(): void {
    this.#stopPaying = undefined;
    this.#startPiece();
    this.#takePiece();
  }

  /** Takes what waits, until that makes a piece or a join needs a turn. */
  #takePiece(): void {
    while (this.#taken < pieceCount && this.#waiting.count > 0 && !this.#isClosed) {
      if (this.#waiting.first?.event === 'join') {
        this.#awaitTurn();
        return;
      }
      this.#takeFirst();
    }
    if (this.#isClosed) return;
    if (this.#waiting.count > 0) {
      this.#goOnWhenPaid();
    } else {
      this.#pay();
      this.#floods = false;
      this.#read(true);
    }
  }
}
