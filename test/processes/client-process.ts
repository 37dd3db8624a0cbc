import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import type { ClientReport } from './writing-client.ts';

const program = fileURLToPath(new URL('./writing-client.ts', import.meta.url));

/** A writing client as the test drives it; see `writing-client.ts`. */
export class ClientProcess {
  readonly reports: ClientReport[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #said: string[] = [];

  constructor(
    readonly name: string,
    options: {
      readonly relayUrl: string;
      readonly document: string;
      readonly journal: string;
      readonly firstToken?: number;
      /** PEM file of a certificate that it trusts besides the usual ones. */
      readonly trusts?: string;
    },
  ) {
    const { relayUrl, document, journal, firstToken = 0, trusts } = options;
    const args = ['--import', 'tsx', program, relayUrl, document, journal, name, String(firstToken)];
    const env = trusts === undefined ? process.env : { ...process.env, NODE_EXTRA_CA_CERTS: trusts };
    this.#child = spawn(process.execPath, args, { env });
    createInterface({ input: this.#child.stdout }).on('line', (line) =>
      this.reports.push(JSON.parse(line) as ClientReport),
    );
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#said.push(line));
  }

  /** The newest report of a type. */
  last<Type extends ClientReport['type']>(type: Type): (ClientReport & { readonly type: Type }) | undefined {
    return this.reports.findLast(
      (report): report is ClientReport & { readonly type: Type } => report.type === type,
    );
  }

  /** Tokens typed so far. */
  get tokens(): number {
    return this.last('typed')?.tokens ?? 0;
  }

  tell(command: 'type' | 'pause' | 'offline' | 'online' | 'text' | 'close'): void {
    this.#child.stdin.write(`${command}\n`);
  }

  /** The ID that edits the document. */
  async editId(): Promise<string> {
    const opened = await waitFor(`${this.name} to open; it said ${this.#said.join('\n')}`, () =>
      this.last('opened'),
    );
    return opened.editId;
  }

  /** Waits until this many tokens have been typed. */
  async typed(tokens: number): Promise<void> {
    await waitFor(`${tokens} tokens of ${this.name}`, () => this.tokens >= tokens);
  }

  async inState(state: string): Promise<void> {
    await waitFor(
      `${this.name} to be ${state}, ${JSON.stringify(this.last('status'))}`,
      () => this.last('status')?.state === state,
    );
  }

  /** Stops its typing and waits until all it typed is saved. */
  async settle(): Promise<void> {
    const seen = this.reports.length;
    this.tell('pause');
    const paused = await waitFor(`${this.name} to pause`, () =>
      this.reports
        .slice(seen)
        .find((report): report is ClientReport & { readonly type: 'paused' } => report.type === 'paused'),
    );
    await waitFor(
      `${this.name} to save ${paused.tokens} tokens`,
      () => {
        const status = this.last('status');
        return status?.saved === true && status.tokens >= paused.tokens;
      },
      { deadlineMs: 60_000 },
    );
  }

  /** Waits until it says that everything is saved. */
  async saved(): Promise<void> {
    await waitFor(`${this.name} to be saved`, () => this.last('status')?.saved === true, {
      deadlineMs: 60_000,
    });
  }

  /** Waits for the first status after report `seen` that says saved with at least this many tokens. */
  async savedAfter(seen: number, tokens: number): Promise<void> {
    await waitFor(`${this.name} to save ${tokens} tokens`, () =>
      this.reports
        .slice(seen)
        .some((report) => report.type === 'status' && report.saved && report.tokens >= tokens),
    );
  }

  /** Its text now. */
  async text(): Promise<string> {
    const before = this.reports.length;
    this.tell('text');
    const found = await waitFor(`the text of ${this.name}`, () =>
      this.reports
        .slice(before)
        .find((report): report is ClientReport & { readonly type: 'text' } => report.type === 'text'),
    );
    return found.text;
  }

  /** Waits until its text is this one. */
  async holds(text: string): Promise<void> {
    const deadline = Date.now() + 30_000;
    let own = await this.text();
    while (own !== text && Date.now() < deadline) own = await this.text();
    expect(own, `the text of ${this.name}`).toBe(text);
  }

  /** Waits until both have one text; either may still be receiving. */
  async agrees(other: ClientProcess): Promise<void> {
    await waitFor(
      `${this.name} and ${other.name} to have one text`,
      async () => (await this.text()) === (await other.text()),
    );
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#isGone) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    if (this.#isGone) return;
    const gone = once(this.#child, 'exit');
    this.tell('close');
    await gone;
  }

  get #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
