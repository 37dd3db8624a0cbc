import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalMoment, Ledger } from './ledger.ts';
import type { ChaosPrograms } from './programs.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { WriterProcess } from './writer-process.ts';

/** What all seats of a plan share. */
export interface SeatMeans {
  readonly programs: ChaosPrograms;
  readonly folder: string;
  readonly relayPort: number;
  readonly ledger: Ledger;
  readonly onProblem: (problem: string) => void;
}

/** One computer of a plan: a journal folder, a line to the relay, a clock, and the process that writes there now. */
export class WriterSeat {
  #process: WriterProcess | undefined;
  #incarnations = 0;
  #claimsBefore = 0;
  #savedProfile: { readonly folder: string; readonly moment: JournalMoment } | undefined;

  private constructor(
    readonly name: string,
    readonly line: TcpProxy,
    private readonly means: SeatMeans,
  ) {}

  static async at(name: string, means: SeatMeans): Promise<WriterSeat> {
    return new WriterSeat(name, await TcpProxy.to(means.relayPort), means);
  }

  /** The process that runs and is not stopped; undefined while there is none. */
  get writer(): WriterProcess | undefined {
    const running = this.#process;
    return running?.isRunning === true && !running.isStopped ? running : undefined;
  }

  /** The process that runs now or ran last. */
  get latest(): WriterProcess | undefined {
    return this.#process;
  }

  get claims(): number {
    return this.#claimsBefore + (this.#process?.claims ?? 0);
  }

  get #journal(): string {
    return join(this.means.folder, this.name);
  }

  get #clockFile(): string {
    return join(this.means.folder, `${this.name}-clock`);
  }

  /** Starts a process on the journal, unless one runs. */
  async start(document: string): Promise<WriterProcess> {
    if (this.#process?.isRunning === true) return this.#process;
    this.#incarnations += 1;
    this.#claimsBefore = this.claims;
    const { programs, ledger, onProblem } = this.means;
    const started = new WriterProcess({
      programs,
      ledger,
      onProblem,
      relayUrl: this.line.url,
      document,
      folder: this.#journal,
      name: `${this.name}-${this.#incarnations}`,
      clockFile: this.#clockFile,
    });
    this.#process = started;
    await started.opened();
    return started;
  }

  /** SIGKILL; does nothing where nothing runs. */
  async kill(): Promise<void> {
    if (this.#process?.isRunning === true) await this.#process.kill();
  }

  /** Puts a copy of this journal, as it is now, into another place's hands. */
  async cloneTo(name: string): Promise<WriterSeat> {
    await this.#copyJournal(join(this.means.folder, name));
    return await WriterSeat.at(name, this.means);
  }

  async saveProfile(): Promise<void> {
    const folder = join(this.means.folder, `${this.name}-saved`);
    await rm(folder, { recursive: true, force: true });
    this.#savedProfile = { folder, moment: this.means.ledger.momentOf(this.#journal) };
    await this.#copyJournal(folder);
  }

  /** Puts the saved journal in place of the one that is there; its process has been killed. False where none was saved. */
  async restoreProfile(): Promise<boolean> {
    if (this.#savedProfile === undefined) return false;
    const { folder, moment } = this.#savedProfile;
    await rm(this.#journal, { recursive: true, force: true });
    await cp(folder, this.#journal, { recursive: true });
    this.means.ledger.journalRestored(this.#journal, moment);
    return true;
  }

  async jumpClock(shiftMs: number): Promise<void> {
    await writeFile(this.#clockFile, String(shiftMs));
  }

  async close(): Promise<void> {
    await this.kill();
    this.line.close();
  }

  async #copyJournal(to: string): Promise<void> {
    const running = this.writer;
    running?.stop();
    try {
      await cp(this.#journal, to, { recursive: true });
    } finally {
      running?.goOn();
    }
  }
}
