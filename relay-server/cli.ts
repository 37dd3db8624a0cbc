import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { limits } from '../protocol/limits.ts';
import { Control } from './control.ts';
import { StoreError } from './log-store.ts';
import { LevelLogStore } from './log-store-leveldb.ts';
import { helpText } from './option-table.ts';
import type { RelayOptions } from './options.ts';
import { parseOptions } from './options.ts';
import type { RelayReport } from './parent-process.ts';
import { reportToParent, watchParent } from './parent-process.ts';
import { RelayServer } from './server.ts';
import type { TlsIdentity } from './tls-identity.ts';
import { readTlsIdentity } from './tls-identity.ts';

/** Exit codes: the desktop app relies on `locked`. */
const exitCodes = { done: 0, failed: 1, usage: 2, locked: 3 } as const;

const parsed = parseOptions(process.argv.slice(2), process.env);
if (parsed.type === 'help') {
  process.stdout.write(helpText);
} else if (parsed.type === 'version') {
  process.stdout.write(`inkroom-relay ${packageJson.version}\n`);
} else if (parsed.type === 'wrong') {
  process.stderr.write(`${parsed.sentence} See --help.\n`);
  process.exitCode = exitCodes.usage;
} else {
  await run(parsed.options);
}

async function run(options: RelayOptions): Promise<void> {
  let store: LevelLogStore;
  try {
    store = await LevelLogStore.open({ folder: options.data, floorBytes: options.limits.floorBytes, warn });
  } catch (error) {
    const locked = error instanceof StoreError && error.code === 'locked';
    fail(locked ? 'locked' : 'error', sentenceOf(error), locked ? exitCodes.locked : exitCodes.failed);
    return;
  }
  try {
    await serve(options, store);
  } catch (error) {
    await store.close();
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const sentence = inUse
      ? `Port ${options.port} of ${options.host} is in use by another program.`
      : sentenceOf(error);
    fail(inUse ? 'port-in-use' : 'error', sentence, exitCodes.failed);
  }
}

async function serve(options: RelayOptions, store: LevelLogStore): Promise<void> {
  const controlledBy = await controlToken(options);
  const control =
    controlledBy === undefined
      ? undefined
      : new Control({
          token: controlledBy,
          networkFile: join(options.data, 'network.json'),
          addresses: options.networkAddresses,
          warn,
        });
  const server = await RelayServer.listen({
    host: options.host,
    port: options.port,
    store,
    config: {
      ...options.limits.config,
      token: await accessToken(options),
      publicHosts: options.publicHosts,
    },
    tls: options.tls && (await tlsIdentity(options.tls)),
    trustedProxies: options.trustedProxies,
    origins: options.origins,
    webFolder: options.web ?? webClientBeside(),
    transports: options.pollingOnly ? 'polling-only' : 'any',
    control: control && ((request, response) => control.answer(request, response)),
    warn,
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    server
      .close()
      .then(() => store.close())
      .then(() => process.exit(exitCodes.done))
      .catch((error: unknown) => {
        warn(`could not close: ${sentenceOf(error)}`);
        process.exit(exitCodes.failed);
      });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const { tls } = options;
  if (tls !== undefined) {
    process.on('SIGHUP', () => {
      tlsIdentity(tls)
        .then((identity) => server.renewTls(identity))
        .catch((error: unknown) => warn(`${sentenceOf(error)} The certificate stays as it is.`));
    });
  }
  if (options.exitWithParent) watchParent(stop);
  await control?.attach(server);
  process.stdout.write(`Inkroom relay listening on ${server.url} (data in ${options.data})\n`);
  reportToParent({ type: 'listening', url: server.url });
}

/** The access token as it is given or in its file. */
async function accessToken({ token, tokenFile }: RelayOptions): Promise<string | undefined> {
  const wanted = tokenFile === undefined ? token : (await readFile(tokenFile, 'utf8')).trim();
  if (wanted === '') throw new Error(`${tokenFile} is empty.`);
  if (wanted !== undefined && wanted.length > limits.tokenChars)
    throw new Error(
      `The access token is longer than ${limits.tokenChars} characters, and no client sends such a one.`,
    );
  return wanted;
}

async function tlsIdentity(files: NonNullable<RelayOptions['tls']>): Promise<TlsIdentity> {
  const identity = await readTlsIdentity(files);
  if (identity.validUntilMs < Date.now())
    warn(`The certificate in ${files.certFile} expired on ${new Date(identity.validUntilMs).toISOString()}.`);
  return identity;
}

/** The web client that an installed relay has beside its program. */
function webClientBeside(): string | undefined {
  const folder = join(import.meta.dirname, 'web');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

/** The control token from the environment or its file, which is made when it is missing. */
async function controlToken({ controlTokenFile }: RelayOptions): Promise<string | undefined> {
  const given = process.env.INKROOM_CONTROL_TOKEN;
  if (given !== undefined && given !== '') return given;
  if (controlTokenFile === undefined) return undefined;
  await mkdir(join(controlTokenFile, '..'), { recursive: true, mode: 0o700 });
  try {
    await writeFile(controlTokenFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const token = (await readFile(controlTokenFile, 'utf8')).trim();
  if (token === '') throw new Error(`${controlTokenFile} is empty.`);
  return token;
}

function fail(reason: (RelayReport & { type: 'failed' })['reason'], message: string, code: number): void {
  process.stderr.write(`${message}\n`);
  reportToParent({ type: 'failed', reason, message });
  process.exitCode = code;
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
