import { createInterface } from 'node:readline';
import { openDocument } from '../../sync/node.ts';

/**
 * A client in a process of its own, with its journal in a folder: `writing-client.ts RELAY DOCUMENT FOLDER NAME FIRST`.
 * Types the tokens `<NAME.FIRST>`, `<NAME.FIRST+1>`… without pause once told `type`; says every token and every
 * change of its status on stdout, a JSON line each. Understands `type`, `pause`, `offline`, `online` and `close` on stdin.
 */
export type ClientReport =
  | { readonly type: 'opened'; readonly editId: string }
  | { readonly type: 'typed'; readonly tokens: number }
  | {
      readonly type: 'status';
      readonly saved: boolean;
      readonly unsaved: number;
      readonly state: string;
      readonly carrier: string | undefined;
      readonly tokens: number;
      readonly atMs: number;
      readonly isJournalTroubled: boolean;
    }
  /** All tokens up to this one are in the journal. */
  | { readonly type: 'journaled'; readonly tokens: number }
  /** Nothing is typed after this many tokens. */
  | { readonly type: 'paused'; readonly tokens: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'closed' };

const [, , relayUrl = '', document = '', journalFolder = '', name = '', first = '0'] = process.argv;
const typeEveryMs = 4;

const say = (report: ClientReport) => process.stdout.write(`${JSON.stringify(report)}\n`);
const provider = await openDocument({ relayUrl, document, journalFolder, name });
let tokens = Number(first);
let typing: NodeJS.Timeout | undefined;
provider.onStatus(({ saved, unsaved, connection, journalTrouble }) =>
  say({
    type: 'status',
    saved,
    unsaved,
    state: connection.state,
    carrier: provider.carrier,
    tokens,
    atMs: Date.now(),
    isJournalTroubled: journalTrouble !== undefined,
  }),
);
say({ type: 'opened', editId: provider.keys.editId ?? '' });

const typeToken = () => {
  const { text } = provider;
  // Between two tokens, so that every token stays whole.
  const ends = [...text.toString().matchAll(/>/g)].map(({ index }) => index + 1);
  const at = ends[Math.floor(Math.random() * ends.length)] ?? 0;
  const token = `<${name}.${tokens}>`;
  tokens += 1;
  text.insert(at, token);
  say({ type: 'typed', tokens });
  const journaled = tokens;
  void provider.whenJournaled().then(() => say({ type: 'journaled', tokens: journaled }));
};

const commands: Record<string, () => void> = {
  type: () => {
    typing ??= setInterval(typeToken, typeEveryMs);
  },
  pause: () => {
    clearInterval(typing);
    typing = undefined;
    say({ type: 'paused', tokens });
  },
  offline: () => provider.goOffline(),
  online: () => provider.goOnline(),
  text: () => say({ type: 'text', text: provider.text.toString() }),
  close: () =>
    void provider
      .close()
      .then(() => say({ type: 'closed' }))
      .then(() => process.exit(0)),
};
createInterface({ input: process.stdin }).on('line', (command) => commands[command]?.());
