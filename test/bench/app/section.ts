import { commitName, machineLine, quantile, spread, table } from '../performance-page.ts';
import { electronVersions } from './bench-apps.ts';
import { editsPerMinute, type MemoryRun } from './memory.ts';
import type { PlainCase } from './plain.ts';
import type { OpenRun, StartRun } from './start.ts';
import type { Keys, TypingCase } from './typing.ts';

/** All that was measured; one of each list for a run. */
export interface AppFigures {
  readonly keys: Keys;
  readonly starts: readonly StartRun[];
  readonly openings: readonly OpenRun[];
  readonly typing: readonly (readonly TypingCase[])[];
  readonly plain: readonly (readonly PlainCase[])[];
  readonly memory: readonly MemoryRun[];
  /** Load of the machine at the start of each run. */
  readonly loads: readonly number[];
}

/** How often a key in the app may take as long as one in CodeMirror alone. */
const targetRatio = 1.2;

const p50 = (values: readonly number[]) => quantile(values, 0.5) ?? Number.NaN;
const p99 = (values: readonly number[]) => quantile(values, 0.99) ?? Number.NaN;

/** What was measured as sections of the page, one a piece, so that pieces can be measured one at a time. */
export function appSections(
  figures: AppFigures,
): readonly { readonly name: string; readonly markdown: string }[] {
  const { keys, loads, starts, openings, typing, plain, memory } = figures;
  const how = (
    pieces: string,
  ) => `\`npm run bench:app -- --only ${pieces} --write\`: the built app in ${electronVersions()}, real windows on a
virtual display without a graphics card, a real relay process and everyone on one machine: ${machineLine()}. Commit ${commitName()}.
${loads.length} runs, one after another; median (least–greatest) of the runs. Load of the machine at the start of each run: ${loads.map((load) => load.toFixed(1)).join(', ')}.`;
  const section = (name: string, ...paragraphs: readonly string[]) => ({
    name,
    markdown: [`## ${name}`, ...paragraphs].join('\n\n'),
  });
  const sections: { readonly name: string; readonly markdown: string }[] = [];
  if (starts.length > 0 || openings.length > 0)
    sections.push(
      section('The desktop app: start and opening', how('start,open'), describeStart(starts, openings)),
    );
  if (typing.length > 0)
    sections.push(
      section(
        'The desktop app: keys',
        how('typing,plain'),
        `A person presses ${keys.perSecond} keys a second at the top of a text, ${keys.count} in all: first alone, then while others type 3 letters a second each below
and someone else's window, on the same two cores, shows the same place. From the press until the letter is painted, in ms: p50 and
p99 of each run. Plain: CodeMirror with the extensions of plain text, without Yjs and everything that is shared, in a window of the same
Electron, alone; so it compares with the rows that say alone.`,
        describeTyping(typing, plain),
      ),
    );
  if (memory.length > 0)
    sections.push(
      section(
        'The desktop app: memory',
        how('memory'),
        `After ${editsPerMinute} edits of the paper (a minute of one person's work), and after ${60 * editsPerMinute} (an hour), replayed in the window's editor; each
goes to the journal and the relay. The heap after a garbage collection.`,
        describeMemory(memory),
      ),
    );
  return sections;
}

/** Start and opening as a table. */
export function describeStart(starts: readonly StartRun[], openings: readonly OpenRun[]): string {
  return table(
    ['', 'ms'],
    [
      [
        'first start on a computer, until the library can be used',
        spread(starts.map(({ firstMs }) => firstMs)),
      ],
      ['every later start', spread(starts.map(({ laterMs }) => laterMs))],
      [
        'the paper of 259,778 edits: from the click until its text is painted, from the relay',
        spread(openings.map(({ fromRelayMs }) => fromRelayMs)),
      ],
      ['the same from the journal', spread(openings.map(({ fromJournalMs }) => fromJournalMs))],
    ],
  );
}

/** Typing as a table. */
export function describeTyping(
  typing: readonly (readonly TypingCase[])[],
  plain: readonly (readonly PlainCase[])[],
): string {
  const rows = (typing[0] ?? []).map(({ textBytes, others }) => {
    const isIt = (one: TypingCase) => one.textBytes === textBytes && one.others === others;
    const cases = typing.flatMap((run) => run.filter(isIt));
    const local = (share: (values: readonly number[]) => number) =>
      cases.map(({ localMs }) => share(localMs));
    const bare = plain
      .flatMap((run) => run.filter((one) => one.textBytes === textBytes))
      .map(({ localMs }) => p50(localMs));
    const ratios = local(p50).flatMap((ms, i) => (bare[i] === undefined ? [] : [ms / bare[i]]));
    const tasks = cases.map(({ longTasksMs }) => longTasksMs.length);
    return [
      sizeName(textBytes),
      others === undefined ? 'alone' : String(others),
      `${spread(local(p50))}; ${spread(local(p99))}`,
      others === undefined
        ? '–'
        : `${spread(cases.map(({ remoteMs }) => p50(remoteMs)))}; ${spread(cases.map(({ remoteMs }) => p99(remoteMs)))}`,
      bare.length === 0 ? '–' : spread(bare),
      ratios.length === 0 ? '–' : spread(ratios, 2),
      spread(tasks),
    ];
  });
  return table(
    [
      'text',
      'others who type',
      'own window: p50; p99',
      'other window: p50; p99',
      'plain: p50',
      `own p50 by plain (target ${targetRatio})`,
      'tasks over 50 ms',
    ],
    rows,
  );
}

/** Memory as a table. */
export function describeMemory(memory: readonly MemoryRun[]): string {
  return table(
    ['MB', 'after a minute', 'after an hour'],
    [
      [
        'the window’s process (RSS)',
        spread(memory.map(({ minute }) => minute.rssMb)),
        spread(memory.map(({ hour }) => hour.rssMb)),
      ],
      [
        'JavaScript heap',
        spread(
          memory.map(({ minute }) => minute.heapMb),
          1,
        ),
        spread(
          memory.map(({ hour }) => hour.heapMb),
          1,
        ),
      ],
    ],
  );
}

function sizeName(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes / 1024} KB` : `${bytes / 1024 / 1024} MB`;
}
