import { timingSafeEqual } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import { sha256 } from './entry-hash.ts';
import { answerJson } from './json-answer.ts';
import { isFromThisComputer } from './local-request.ts';

/** The part of a server that the control switches. */
export interface NetworkSwitch {
  readonly url: string;
  readonly port: number;
  listenAlso(addresses: readonly string[], port: number): Promise<readonly string[]>;
  stopListeningAlso(): void;
}

/** What the control is told. Addresses are for tests; otherwise the machine's own are used. */
export interface ControlOptions {
  readonly token: string;
  /** File that keeps the choice over a restart. */
  readonly networkFile: string;
  readonly addresses: readonly string[] | undefined;
  readonly warn: (line: string) => void;
}

/** Longest body of a control request, in bytes. */
const maxBodyBytes = 1024;

/**
 * `POST /control/network {open}` and `GET /control/status`: lets people on this network join a relay that listens on
 * loopback. Only from this machine, only with the control token; the choice is kept in a file.
 */
export class Control {
  readonly #options: ControlOptions;
  #server: NetworkSwitch | undefined;
  #networkUrls: readonly string[] = [];
  #open = false;
  #lastChange: Promise<void> = Promise.resolve();

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Takes the server once it listens, and opens the network again if it was open. Failing to is a warning, not an error. */
  async attach(server: NetworkSwitch): Promise<void> {
    this.#server = server;
    if (!(await this.#wasOpen())) return;
    try {
      await this.#change(true);
    } catch (error) {
      this.#options.warn(
        `the network could not be opened: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Answers a request under `/control/`. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const server = this.#server;
    if (server === undefined || !isFromThisComputer(request)) {
      answerJson(response, 403, { error: 'Only from this computer.' });
      return;
    }
    if (!this.#hasToken(request)) {
      answerJson(response, 401, { error: 'The control token is missing or wrong.' });
      return;
    }
    const route = `${request.method} ${request.url}`;
    if (route === 'GET /control/status') {
      answerJson(response, 200, this.#status(server));
    } else if (route === 'POST /control/network') {
      await this.#switchNetwork(request, response, server);
    } else {
      answerJson(response, 404, { error: 'Nothing is here.' });
    }
  }

  async #switchNetwork(
    request: IncomingMessage,
    response: ServerResponse,
    server: NetworkSwitch,
  ): Promise<void> {
    const open = openOf(await readBody(request));
    if (open === undefined) {
      answerJson(response, 400, { error: 'The body is {"open": true} or {"open": false}.' });
      return;
    }
    try {
      await this.#inTurn(async () => {
        await this.#change(open);
        await this.#keep(open);
      });
      answerJson(response, 200, this.#status(server));
    } catch (error) {
      answerJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  async #inTurn(change: () => Promise<void>): Promise<void> {
    const result = this.#lastChange.then(change);
    this.#lastChange = result.catch(() => {});
    await result;
  }

  async #change(open: boolean): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    if (open) {
      const addresses = this.#options.addresses ?? machineAddresses();
      if (addresses.length === 0) throw new Error('This computer is on no network.');
      this.#open = false;
      this.#networkUrls = [];
      this.#networkUrls = await server.listenAlso(addresses, server.port);
    } else {
      server.stopListeningAlso();
      this.#networkUrls = [];
    }
    this.#open = open;
  }

  #status(server: NetworkSwitch): object {
    return { url: server.url, networkUrls: this.#networkUrls, networkOpen: this.#open };
  }

  #hasToken(request: IncomingMessage): boolean {
    const [, given] = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '') ?? [];
    const encoder = new TextEncoder();
    return (
      given !== undefined &&
      timingSafeEqual(sha256(encoder.encode(given)), sha256(encoder.encode(this.#options.token)))
    );
  }

  async #wasOpen(): Promise<boolean> {
    try {
      return openOf(await readFile(this.#options.networkFile, 'utf8')) ?? false;
    } catch {
      return false;
    }
  }

  async #keep(open: boolean): Promise<void> {
    const next = `${this.#options.networkFile}.next`;
    await writeFile(next, `${JSON.stringify({ open })}\n`, { mode: 0o600 });
    await rename(next, this.#options.networkFile);
  }
}

/** IPv4 addresses of this machine that others on its network can reach. */
function machineAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(
      ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
    )
    .map(({ address }) => address);
}

function openOf(json: string): boolean | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || !('open' in value)) return undefined;
    return typeof value.open === 'boolean' ? value.open : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
