import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as Y from 'yjs';
import { waitFor } from '../app/wait-for.ts';
import type { ChaosCommand, ChaosReport } from './chaos-client.ts';
import type { Ledger } from './ledger.ts';
import type { ChaosPrograms } from './programs.ts';

/** The report of a type. */
type Report<Type extends ChaosReport['type']> = ChaosReport & { readonly type: Type };

/** How a writer is started. */
export interface WriterOptions {
  readonly programs: ChaosPrograms;
  readonly relayUrl: string;
  /** A document ID, or `new`. */
  readonly document: string;
  readonly folder: string;
  readonly name: string;
  readonly clockFile: string;
  readonly ledger: Ledger;
  /** Told what is wrong as soon as it is seen. */
  readonly onProblem: (problem: string) => void;
}

/** What a writer said to be on the relay's disk, and when. */
export interface Claim {
  readonly atMs: number;
  readonly snapshot: Y.Snapshot;
}

/** Milliseconds of a clock that all processes of this computer share, and that nobody sets. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** One process of a writer: enters what it reports into the ledger, and keeps the last claim that the relay's present disk must fulfil. */
export class WriterProcess {
  readonly name: string;
  readonly folder: string;
  /** The newest claim made to the relay's present disk. */
  claim: Claim | undefined;
  /** How often it said saved. */
  claims = 0;
  status: Report<'status'> | undefined;
  /** Everything it wrote up to this step is in its journal. */
  journaled = 0;
  isStopped = false;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  readonly #said: string[] = [];
  readonly #answers = new Map<number, Report<'state'>>();
  #editId: string | undefined;
  #asks = 0;
  /** Claims before it has been seen to leave the relay after this moment are about a disk that is gone. */
  #exchangedAtMs: number | undefined;
  #isKilled = false;

  constructor(private readonly options: WriterOptions) {
    const { programs, relayUrl, document, folder, name, clockFile, ledger } = options;
    this.name = name;
    this.folder = folder;
    ledger.started(name, folder);
    const args = ['--import', programs.shiftingClock, programs.client, relayUrl, document, folder, name];
    this.#child = spawn(process.execPath, args, { env: { ...process.env, CHAOS_CLOCK_FILE: clockFile } });
    // A process that is killed takes what was written to it along.
    this.#child.stdin.on('error', () => {});
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.#take(JSON.parse(line) as ChaosReport),
    );
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#said.push(line));
    // `close` comes after the last line has been read.
    this.#ended = once(this.#child, 'close').then(([code, signal]) => {
      if (!this.#isKilled)
        options.onProblem(`${name} ended by itself (${code ?? signal}): ${this.#said.join('\n')}`);
    });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#isKilled;
  }

  /** Waits until its journal is read, and gives the ID that edits the document. */
  async opened(): Promise<string> {
    return await waitFor(`${this.name} to open`, () => this.#editId, { seen: () => this.#said.join('\n') });
  }

  /** Waits until it is live, and its journal, which is written in order, says that it has been. */
  async settledIn(): Promise<void> {
    const see = { seen: () => this.status };
    await waitFor(`${this.name} to be live`, () => this.status?.state === 'live', see);
    this.tell({ type: 'token', id: `${this.name}.0`, seed: 0 });
    await waitFor(`the journal of ${this.name}`, () => this.journaled > 0, see);
  }

  tell(command: ChaosCommand): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** What it has now. */
  async state(): Promise<Report<'state'>> {
    this.#asks += 1;
    const ask = this.#asks;
    this.tell({ type: 'state', ask });
    const answer = await waitFor(`the state of ${this.name}`, () => this.#answers.get(ask), {
      seen: () => [...this.#said, JSON.stringify(this.status)].join('\n'),
    });
    this.#answers.clear();
    return answer;
  }

  stop(): void {
    this.isStopped = true;
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.isStopped = false;
    this.#child.kill('SIGCONT');
  }

  /** SIGKILL, and waits until all it said is entered. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** The relay has another disk since this moment. */
  relayExchanged(atMs: number): void {
    this.claim = undefined;
    this.#exchangedAtMs = atMs;
  }

  #take(report: ChaosReport): void {
    const { ledger, onProblem } = this.options;
    switch (report.type) {
      case 'opened':
        this.#editId = report.editId;
        return;
      case 'wrote': {
        ledger.wrote(this.name, report.effects);
        const others = report.effects.filter(({ id }) => !id.startsWith(`${this.name}.`));
        if (others.length > 0) onProblem(`${this.name} undid what others wrote: ${JSON.stringify(others)}`);
        return;
      }
      case 'journaled':
        this.journaled = report.step;
        ledger.journaled(this.name, report.step);
        return;
      case 'status':
        this.#takeStatus(report);
        return;
      case 'state':
        this.#answers.set(report.ask, report);
        return;
      default:
        report satisfies never;
    }
  }

  #takeStatus(status: Report<'status'>): void {
    const { ledger, onProblem } = this.options;
    const { state, atMs, step, savedSnapshot } = status;
    this.status = status;
    if (status.diverged) onProblem(`${this.name} raised the alarm`);
    if (status.unopened > 0) onProblem(`${this.name} could not open ${status.unopened} entries`);
    if (status.journalTrouble !== undefined) onProblem(`${this.name}'s journal: ${status.journalTrouble}`);
    if (savedSnapshot !== undefined && status.unsaved > 0)
      onProblem(`${this.name} said saved with unsaved edits`);
    const hasLeft = state === 'offline' || state === 'connecting' || state === 'refused';
    if (this.#exchangedAtMs !== undefined && hasLeft && atMs > this.#exchangedAtMs)
      this.#exchangedAtMs = undefined;
    if (savedSnapshot === undefined) return;
    this.claims += 1;
    if (this.#exchangedAtMs !== undefined) return;
    this.claim = { atMs, snapshot: Y.decodeSnapshot(Buffer.from(savedSnapshot, 'base64')) };
    ledger.saved(this.name, step);
  }
}
