import type { Clock } from './clock.ts';

/** Members with entries that are durable and not yet sent to them. */
export interface Publisher {
  publish(): void;
}

/** A round shorter than this needs no pause after it: some 400 members. */
const shortRoundMs = 6;
/** A pause is this many times as long as the round before it, so that fan-out to less than 2,500 members leaves half of the CPU. */
const pausePerRound = 1.1;
/** No reader waits longer than this for an entry because of pacing. */
const longestPauseMs = 50;
/** After this much of a round the relay reads what came, and writes, before it goes on. */
const longestTurnMs = 2;

/**
 * When entries leave for live members: at once while there are few; else in rounds, in which each publisher has its turn. The
 * next round waits somewhat longer than the last one took, at most 50 ms, so that under load frames carry more entries instead of
 * becoming more (rule A6).
 */
export class FanOut {
  readonly #clock: Clock;
  #waiting = new Set<Publisher>();
  /** What is left of the round under way. */
  #round: Set<Publisher> | undefined;
  #roundMs = 0;
  #pauseUntil = 0;
  #timerRuns = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Each publishes once: now, in the round under way, or in the next. */
  request(publishers: Iterable<Publisher>): void {
    for (const publisher of publishers)
      if (this.#round?.has(publisher) !== true) this.#waiting.add(publisher);
    if (this.#round === undefined) this.#startRound();
  }

  /** Everyone who waits publishes now. */
  flush(): void {
    const waiting = [...(this.#round ?? []), ...this.#waiting];
    this.#round?.clear();
    this.#waiting.clear();
    for (const publisher of waiting) publisher.publish();
  }

  #startRound(): void {
    if (this.#timerRuns || this.#waiting.size === 0) return;
    const pauseMs = this.#pauseUntil - this.#clock.now();
    if (pauseMs <= 0) {
      this.#round = this.#waiting;
      this.#waiting = new Set();
      this.#roundMs = 0;
      this.#turn(this.#round);
      return;
    }
    this.#timerRuns = true;
    this.#clock.setTimer(() => {
      this.#timerRuns = false;
      this.#pauseUntil = 0;
      this.#startRound();
    }, pauseMs);
  }

  /** Goes on with the round, for as long as a turn may last. */
  #turn(round: Set<Publisher>): void {
    const startMs = this.#clock.now();
    let nowMs = startMs;
    for (const publisher of round) {
      round.delete(publisher);
      publisher.publish();
      nowMs = this.#clock.now();
      if (nowMs - startMs >= longestTurnMs) break;
    }
    this.#roundMs += nowMs - startMs;
    if (round.size > 0) this.#clock.nextTurn(() => this.#turn(round));
    else this.#endRound(nowMs);
  }

  #endRound(nowMs: number): void {
    this.#round = undefined;
    const isShort = this.#roundMs < shortRoundMs;
    this.#pauseUntil = isShort ? 0 : nowMs + Math.min(longestPauseMs, pausePerRound * this.#roundMs);
    if (this.#waiting.size === 0) return;
    if (isShort) this.#clock.nextTurn(() => this.#round === undefined && this.#startRound());
    else this.#startRound();
  }
}
