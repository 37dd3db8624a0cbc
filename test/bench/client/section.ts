import { execFileSync } from 'node:child_process';
import { findChromium } from '../../../scripts/system-packages.ts';
import { commitName, machineLine, quantile, spread, table } from '../performance-page.ts';
import type { OpeningRun, PageOpening } from './opening.ts';
import type { PastingRun } from './pasting.ts';
import type { TypingOptions, TypingResult, TypingRun } from './typing.ts';

/** All that was measured; one of each list for a run. */
export interface ClientFigures {
  readonly typingOptions: TypingOptions;
  readonly typing: readonly TypingRun[];
  readonly pasting: readonly PastingRun[];
  readonly entryEach: readonly OpeningRun[];
  readonly oneEntry: readonly OpeningRun[];
  /** Load of the machine at the start of each run. */
  readonly loads: readonly number[];
}

/** The section as Markdown. */
export function clientSection(figures: ClientFigures): string {
  const { typingOptions, typing, pasting, entryEach, oneEntry, loads } = figures;
  const { seconds, writers, entriesPerSecond, textLength, earlierEdits, keysPerSecond } = typingOptions;
  const runs = Math.max(typing.length, pasting.length, entryEach.length);
  const version = execFileSync(findChromium() ?? '/usr/bin/chromium', ['--version'], {
    encoding: 'utf8',
  }).trim();
  const paragraphs = [
    '## In the editor',
    `\`npm run bench:client -- --write\`: the built web client in ${version} (headless), a real relay process and the writers on
one machine: ${machineLine()}. Commit ${commitName()}. ${runs} runs, one after another; median (least–greatest) of the runs.
Load of the machine at the start of each run: ${loads.map((load) => load.toFixed(1)).join(', ')}.`,
  ];
  if (typing.length > 0)
    paragraphs.push(
      `### Typing in a text of ${textLength / 1024 / 1024} MB while others write`,
      `The text was pasted and then edited in ${earlierEdits.toLocaleString('en-US')} places. A person presses ${keysPerSecond} keys a second at its top for ${seconds} s, first
alone, then while ${writers} writers, one of them on the same screen, add ${entriesPerSecond.toLocaleString('en-US')} entries a second, each a letter (an update of
${Math.round(typing[0]?.updateBytes ?? 0)} bytes). Key to paint is from the press until a frame with its letter has been painted; a frame is 16.7 ms.`,
      describeTyping(typing),
    );
  if (pasting.length > 0)
    paragraphs.push(
      '### Pasting 5 MB, and typing while it is sent',
      'Words that do not deflate to nothing, pasted into an empty document. Keys are pressed one after another until all of it is sent.',
      describePasting(pasting),
    );
  if (entryEach.length > 0)
    paragraphs.push(
      '### Opening a document of 259,778 edits',
      `From navigation until its text is on screen (the page's own files included), and the tasks over 50 ms until then. The journal is
read while the relay is down. Node: \`openDocument\` until the text is there, without the start of the program.`,
      describeOpening(entryEach, oneEntry),
    );
  return paragraphs.join('\n\n');
}

/** Typing as a table. */
export function describeTyping(runs: readonly TypingRun[]): string {
  const row = (name: string, of: (result: TypingResult) => number, digits = 0) => [
    name,
    spread(
      runs.map(({ alone }) => of(alone)),
      digits,
    ),
    spread(
      runs.map(({ flooded }) => of(flooded)),
      digits,
    ),
  ];
  return table(
    ['', 'alone', 'while others write'],
    [
      row('key to paint, p50, ms', ({ keyToPaintMs }) => quantile(keyToPaintMs, 0.5) ?? Number.NaN),
      row('key to paint, p99, ms', ({ keyToPaintMs }) => quantile(keyToPaintMs, 0.99) ?? Number.NaN),
      row('key to paint, longest, ms', ({ keyToPaintMs }) => Math.max(...keyToPaintMs)),
      row('tasks over 50 ms', ({ longTasksMs }) => longTasksMs.length),
      row('longest of them, ms', ({ longTasksMs }) => Math.max(0, ...longTasksMs)),
      row('main thread busy, %', ({ busy }) => 100 * busy),
      ['entries added a second', '–', spread(runs.map(({ appliedPerSecond }) => appliedPerSecond))],
      [
        'after the last acknowledgement, until all is in the editor and saved, ms',
        '–',
        spread(runs.map(({ behindMs }) => behindMs)),
      ],
    ],
  );
}

/** Pasting as a table. */
export function describePasting(runs: readonly PastingRun[]): string {
  const row = (name: string, of: (run: PastingRun) => number) => [name, spread(runs.map(of))];
  return table(
    ['', 'ms'],
    [
      row('from the key until the paste is painted', ({ pasteMs }) => pasteMs),
      row('from then until all of it is saved', ({ sentMs }) => sentMs),
      row('key to paint meanwhile, p50', ({ keyToPaintMs }) => quantile(keyToPaintMs, 0.5) ?? Number.NaN),
      row('key to paint meanwhile, p99', ({ keyToPaintMs }) => quantile(keyToPaintMs, 0.99) ?? Number.NaN),
      row('key to paint meanwhile, longest', ({ keyToPaintMs }) => Math.max(...keyToPaintMs)),
      row('tasks over 50 ms after the paste: their number', ({ longTasksMs }) => longTasksMs.length),
      row('longest of them', ({ longTasksMs }) => Math.max(0, ...longTasksMs)),
    ],
  );
}

/** Opening as a table. */
export function describeOpening(entryEach: readonly OpeningRun[], oneEntry: readonly OpeningRun[]): string {
  const size = ([run]: readonly OpeningRun[]) =>
    `${run?.log.entries.toLocaleString('en-US')} entries, ${((run?.log.bytes ?? 0) / 1024 / 1024).toFixed(1)} MB`;
  const rows = (name: string, of: (run: OpeningRun) => PageOpening) => {
    const row = (what: string, value: (opening: PageOpening) => number) => [
      `${name}: ${what}`,
      spread(entryEach.map((run) => value(of(run)))),
      spread(oneEntry.map((run) => value(of(run)))),
    ];
    return [
      row('text on screen, ms', ({ textMs }) => textMs),
      row('longest task, ms', ({ longestTaskMs }) => longestTaskMs),
      row('all tasks over 50 ms, ms', ({ longTasksMs }) => longTasksMs),
    ];
  };
  const node = (name: string, of: (run: OpeningRun) => number) => [
    name,
    spread(entryEach.map(of)),
    spread(oneEntry.map(of)),
  ];
  return table(
    ['', `an entry an edit (${size(entryEach)})`, `as one (${size(oneEntry)})`],
    [
      ...rows('from the relay, fresh profile', ({ relay }) => relay),
      ...rows('from the relay, fresh profile, once it has a snapshot', ({ snapshot }) => snapshot),
      ...rows('from the journal at once', ({ journal }) => journal),
      ...rows('from the journal later', ({ tidyJournal }) => tidyJournal),
      node('Node, from the relay’s snapshot, ms', ({ node }) => node.relayMs),
      node('Node, from the journal, ms', ({ node }) => node.journalMs),
    ],
  );
}
