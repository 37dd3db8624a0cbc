import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { limitsOf } from './limit-options.ts';
import { limitList, plainOptions, variableOf } from './option-table.ts';
import { formatQuantity, parseQuantity, unitExamples } from './quantities.ts';

/** What the relay's command was asked for. */
export interface RelayOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly publicHosts: readonly string[];
  /** Addresses, or networks as `ADDRESS/BITS`. */
  readonly trustedProxies: readonly string[];
  readonly web: string | undefined;
  readonly origins: readonly string[];
  readonly networkAddresses: readonly string[] | undefined;
  readonly controlTokenFile: string | undefined;
  readonly pollingOnly: boolean;
  readonly exitWithParent: boolean;
  readonly limits: ReturnType<typeof limitsOf>;
}

/** Options, a request for help or the version, or a sentence that says what is wrong. */
export type ParsedOptions =
  | { readonly type: 'run'; readonly options: RelayOptions }
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | { readonly type: 'wrong'; readonly sentence: string };

type Environment = Readonly<Record<string, string | undefined>>;

const defaultPort = 4040;
const largestPort = 65_535;

/** What is wrong with the options, in a sentence. */
class WrongOption extends Error {}

/** Reads the command's arguments; `env` gives what they do not, such as secrets that should not be in a list of processes. */
export function parseOptions(args: readonly string[], env: Environment): ParsedOptions {
  try {
    const given = new GivenOptions(args, env);
    if (given.isOn('help')) return { type: 'help' };
    if (given.isOn('version')) return { type: 'version' };
    return { type: 'run', options: read(given, env) };
  } catch (error) {
    if (error instanceof WrongOption) return { type: 'wrong', sentence: error.message };
    // Node explains at length how to pass a value that looks like an option; the first sentence is enough.
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    return { type: 'wrong', sentence: `${first.replace(/\.$/u, '')}.` };
  }
}

function read(given: GivenOptions, env: Environment): RelayOptions {
  return {
    port: portOf(given.one('port')),
    host: given.one('host') ?? '127.0.0.1',
    data: given.one('data') ?? defaultDataFolder(process.platform, env),
    ...given.oneOf('token', 'token-file'),
    tls: tlsOf(given.one('tls-cert'), given.one('tls-key')),
    publicHosts: given.all('public-host').map((host) => host.toLowerCase()),
    trustedProxies: given.all('trusted-proxy').map(addressOrNetwork),
    web: given.one('web'),
    origins: given.all('origin'),
    networkAddresses: given.has('network-address') ? given.all('network-address') : undefined,
    controlTokenFile: given.one('control-token-file'),
    pollingOnly: given.isOn('polling-only'),
    exitWithParent: given.isOn('exit-with-parent'),
    limits: limitsOf(Object.fromEntries(limitList.map((limit) => [limit.option, limitOf(limit, given)]))),
  };
}

type Value = string | boolean | readonly (string | boolean)[] | undefined;

/** What the command line gives, and where it does not, the environment. */
class GivenOptions {
  readonly #values: Readonly<Record<string, Value>>;
  readonly #env: Environment;

  constructor(args: readonly string[], env: Environment) {
    const withValue = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries([
        ...Object.entries(plainOptions).map(
          ([name, option]) =>
            [
              name,
              'value' in option
                ? { ...withValue, multiple: 'multiple' in option }
                : { type: 'boolean' as const, ...(name === 'help' ? { short: 'h' } : {}) },
            ] as const,
        ),
        ...limitList.map(({ option }) => [option, withValue] as const),
      ]),
    });
    const empty = Object.entries(values).find(([, value]) => [value].flat().includes(''));
    if (empty !== undefined) throw new WrongOption(`--${empty[0]} needs a value.`);
    this.#values = values;
    this.#env = env;
  }

  isOn(name: keyof typeof plainOptions): boolean {
    return this.#values[name] === true;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined || (this.#env[variableOf(name)] ?? '') !== '';
  }

  one(name: string): string | undefined {
    const value = this.#values[name] ?? this.#env[variableOf(name)];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  all(name: string): readonly string[] {
    const value = this.#values[name];
    const list = Array.isArray(value) ? value.map(String) : (this.#env[variableOf(name)] ?? '').split(',');
    return list.map((each) => each.trim()).filter((each) => each !== '');
  }

  /** The token and its file exclude each other; one on the command line overrides either in the environment. */
  oneOf(token: 'token', file: 'token-file') {
    const onLine = [token, file].some((name) => this.#values[name] !== undefined);
    const of = (name: string) => (onLine && this.#values[name] === undefined ? undefined : this.one(name));
    if (of(token) !== undefined && of(file) !== undefined)
      throw new WrongOption(`--${token} and --${file} exclude each other.`);
    return { token: of(token), tokenFile: of(file) };
  }
}

function portOf(text: string | undefined): number {
  const port = text === undefined ? defaultPort : Number(text);
  if (port > largestPort || (text !== undefined && !/^\d+$/u.test(text)))
    throw new WrongOption(`--port is a number from 0 to ${largestPort}, not "${text}".`);
  return port;
}

function tlsOf(certFile: string | undefined, keyFile: string | undefined): RelayOptions['tls'] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  throw new WrongOption('--tls-cert and --tls-key are given together.');
}

function addressOrNetwork(text: string): string {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  const right = bits === undefined || (/^\d{1,3}$/u.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  if (family === 0 || !right || more !== undefined)
    throw new WrongOption(`--trusted-proxy is an address or a network such as 10.0.0.0/8, not "${text}".`);
  return text;
}

function limitOf(limit: (typeof limitList)[number], given: GivenOptions): number | undefined {
  const { option, unit, least, most } = limit;
  const text = given.one(option);
  if (text === undefined) return undefined;
  const value = parseQuantity(text, unit);
  if (value === undefined) throw new WrongOption(`--${option} is ${unitExamples[unit]}, not "${text}".`);
  if (value >= least && value <= most) return value;
  const [from, to] = [formatQuantity(least, unit), formatQuantity(most, unit)];
  throw new WrongOption(`--${option} is from ${from} to ${to}, not ${text}.`);
}

/** Where a relay keeps its documents when it is not told, as each system has it. */
function defaultDataFolder(platform: NodeJS.Platform, env: Environment): string {
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Inkroom', 'relay');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Inkroom', 'relay');
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'inkroom', 'relay');
}
