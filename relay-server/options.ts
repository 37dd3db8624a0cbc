import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What the relay's command was asked for. */
export interface RelayOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly token: string | undefined;
  readonly publicHosts: readonly string[];
  readonly web: string | undefined;
  readonly origins: readonly string[];
  readonly networkAddresses: readonly string[] | undefined;
  readonly controlTokenFile: string | undefined;
  readonly pollingOnly: boolean;
  readonly exitWithParent: boolean;
}

/** Options, a request for help, or a sentence that says what is wrong. */
export type ParsedOptions =
  | { readonly type: 'run'; readonly options: RelayOptions }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly sentence: string };

/** What `--help` prints. */
export const helpText = `Inkroom relay: stores and forwards documents it cannot read.

  --port NUMBER              port to listen on (4040; 0 for any free one)
  --host ADDRESS             address to listen on (127.0.0.1; 0.0.0.0 for all)
  --data DIR                 folder of the documents
  --token TEXT               access token that clients need (or INKROOM_TOKEN)
  --public-host HOST[:PORT]  name this relay is reached by; may be given several times
  --web DIR                  folder of the built web client
  --origin ORIGIN            web page that may connect; may be given several times
  --network-address ADDRESS  address for "Let this network join"; may be given several times
  --control-token-file FILE  allows control from this computer with the token in this file
                             (made when missing; or INKROOM_CONTROL_TOKEN)
  --polling-only             refuse WebSocket
  --exit-with-parent         end when the program that started it has ended
  --help                     this text
`;

const defaultPort = 4040;
const largestPort = 65_535;

/** Reads the command's arguments. `env` gives secrets that should not be in a list of processes. */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        data: { type: 'string' },
        token: { type: 'string' },
        'public-host': { type: 'string', multiple: true },
        web: { type: 'string' },
        origin: { type: 'string', multiple: true },
        'network-address': { type: 'string', multiple: true },
        'control-token-file': { type: 'string' },
        'polling-only': { type: 'boolean' },
        'exit-with-parent': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return { type: 'help' };
    const port = values.port === undefined ? defaultPort : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > largestPort || values.port === '') {
      return {
        type: 'wrong',
        sentence: `--port is a number from 0 to ${largestPort}, not "${values.port}".`,
      };
    }
    const empty = Object.entries(values).find(([, value]) => value === '');
    if (empty !== undefined) return { type: 'wrong', sentence: `--${empty[0]} needs a value.` };
    return {
      type: 'run',
      options: {
        port,
        host: values.host ?? '127.0.0.1',
        data: values.data ?? defaultDataFolder(process.platform, env),
        token: values.token ?? env.INKROOM_TOKEN,
        publicHosts: (values['public-host'] ?? []).map((host) => host.toLowerCase()),
        web: values.web,
        origins: values.origin ?? [],
        networkAddresses: values['network-address'],
        controlTokenFile: values['control-token-file'],
        pollingOnly: values['polling-only'] ?? false,
        exitWithParent: values['exit-with-parent'] ?? false,
      },
    };
  } catch (error) {
    // Node explains at length how to pass a value that looks like an option; the first sentence is enough.
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    return { type: 'wrong', sentence: `${first.replace(/\.$/u, '')}.` };
  }
}

/** Where a relay keeps its documents when it is not told, as each system has it. */
function defaultDataFolder(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Inkroom', 'relay');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Inkroom', 'relay');
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'inkroom', 'relay');
}
