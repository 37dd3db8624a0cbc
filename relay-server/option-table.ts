import { limitOptions } from './limit-options.ts';
import { formatQuantity, unitWords } from './quantities.ts';

/** An option of the command as `--help` shows it. One without a value is on or off. */
interface Option {
  readonly value?: string;
  readonly multiple?: true;
  readonly text: string;
}

/** The options by name, limits aside. */
export const plainOptions = {
  port: { value: 'NUMBER', text: 'port to listen on (4040; 0 for any free one)' },
  host: { value: 'ADDRESS', text: 'address to listen on (127.0.0.1; 0.0.0.0 for all)' },
  data: { value: 'DIR', text: 'folder of the documents' },
  'token-file': { value: 'FILE', text: 'file with the access token that clients need' },
  token: { value: 'TEXT', text: 'the access token itself; other users of this computer see it in `ps`' },
  'tls-cert': {
    value: 'FILE',
    text: 'certificate and its chain (PEM): serves https and wss instead of http',
  },
  'tls-key': { value: 'FILE', text: 'its private key (PEM); SIGHUP reads both files again' },
  'public-host': {
    value: 'HOST[:PORT]',
    multiple: true,
    text: 'name this relay is reached by; any other is refused',
  },
  'trusted-proxy': {
    value: 'NETWORK',
    multiple: true,
    text: 'address (10.0.0.1 or 10.0.0.0/8) of a proxy whose X-Forwarded-For tells where clients are; ignored from others',
  },
  web: { value: 'DIR', text: 'folder of the built web client (the one that came with the relay)' },
  origin: { value: 'ORIGIN', multiple: true, text: 'web page of another origin that may connect' },
  'network-address': { value: 'ADDRESS', multiple: true, text: 'address for "Let this network join"' },
  'control-token-file': {
    value: 'FILE',
    text: 'allows control from this computer with the token in this file, made when missing (or INKROOM_CONTROL_TOKEN)',
  },
  'polling-only': { text: 'refuse WebSocket' },
  'exit-with-parent': { text: 'end when the program that started it has ended' },
  version: { text: 'the version' },
  help: { text: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

/** Limits as options, in the order of their table. */
export const limitList = Object.values(limitOptions);

/** The environment variable that gives an option which the command line does not. */
export function variableOf(option: string): string {
  return `INKROOM_${option.toUpperCase().replaceAll('-', '_')}`;
}

const indentChars = 31;
const lineChars = 100;

/** What `--help` prints. */
export const helpText = `Inkroom relay: stores and forwards documents it cannot read.

${Object.entries<Option>(plainOptions)
  .map(([name, { value, multiple, text }]) =>
    row(name, value ?? '', multiple === undefined ? text : `${text}; may be given several times`),
  )
  .join('')}
Limits. A SIZE is like 64MiB, a TIME like 15s:

${limitList
  .map(({ option, unit, standard, text }) =>
    row(option, unitWords[unit], `(${formatQuantity(standard, unit)}) ${text}`),
  )
  .join('')}
Every option that has a value may also be an environment variable, for example ${variableOf('public-host')};
several values are separated by commas there. The command line counts first.
`;

/** One option, with its text broken into lines beside it. */
function row(name: string, value: string, text: string): string {
  const lines = [`  --${`${name} ${value}`.trim()}`.padEnd(indentChars)];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length < lineChars)
      lines.push(`${lines.pop()}${line.endsWith(' ') ? '' : ' '}${word}`);
    else lines.push(' '.repeat(indentChars) + word);
  }
  return `${lines.join('\n')}\n`;
}
