import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildDist } from '../../../scripts/build.ts';
import { writeSection } from '../performance-page.ts';
import { asOneEntry, paperDocument } from './long-documents.ts';
import { measureOpening, type OpeningRun } from './opening.ts';
import { measurePasting, type PastingRun } from './pasting.ts';
import { clientSection, describeOpening, describePasting, describeTyping } from './section.ts';
import { measureTyping, type TypingOptions, type TypingRun } from './typing.ts';

/** `npm run bench:client -- [--runs N] [--seconds N] [--only typing,pasting,opening] [--write]`: measures the editor in Chromium. */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '15' },
    only: { type: 'string', default: 'typing,pasting,opening' },
    write: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const typingOptions: TypingOptions = {
  textLength: 1024 * 1024,
  earlierEdits: 20_000,
  entriesPerSecond: 1000,
  seconds: Number(values.seconds),
  writers: 8,
  keysPerSecond: 8,
};

await buildDist();
const parts = values.only.split(',');
const typing: TypingRun[] = [];
const pasting: PastingRun[] = [];
const entryEach: OpeningRun[] = [];
const oneEntry: OpeningRun[] = [];
const loads: number[] = [];
const note = (line: string) => process.stdout.write(`${line}\n`);

const paper = paperDocument();
const merged = asOneEntry(paper);
for (let run = 1; run <= runs; run++) {
  loads.push(loadavg()[0] ?? 0);
  if (parts.includes('typing')) {
    typing.push(await measureTyping(typingOptions));
    note(`typing, run ${run}\n${describeTyping(typing.slice(-1))}`);
  }
  if (parts.includes('pasting')) {
    pasting.push(await measurePasting());
    note(`pasting, run ${run}\n${describePasting(pasting.slice(-1))}`);
  }
  if (parts.includes('opening')) {
    entryEach.push(await measureOpening(paper));
    oneEntry.push(await measureOpening(merged));
    note(`opening, run ${run}\n${describeOpening(entryEach.slice(-1), oneEntry.slice(-1))}`);
  }
}
const section = clientSection({ typingOptions, typing, pasting, entryEach, oneEntry, loads });
if (values.write) writeSection('In the editor', section);
else note(section);
