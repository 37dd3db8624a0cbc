import { createInterface } from 'node:readline';
import * as Y from 'yjs';
import { openDocument } from '../../sync/node.ts';
import type { Patch } from '../fixtures/friends-trace.ts';
import { seededRandom } from '../fuzz/random.ts';
import {
  blockText,
  findBody,
  fittedPatch,
  pastedBody,
  placeOutside,
  readMarked,
  someFiller,
  tokenText,
} from './marked-text.ts';

/**
 * A writer in a process of its own: `chaos-client.js RELAY DOCUMENT JOURNALS NAME`. Takes commands on stdin and says on
 * stdout what it wrote, how far its journal is, and every change of its status; a JSON line each.
 */
export type ChaosCommand =
  /** Begins a block and types a trace's changes into it, one every `everyMs`. */
  | {
      readonly type: 'type';
      readonly id: string;
      readonly seed: number;
      readonly patches: readonly Patch[];
      readonly everyMs: number;
    }
  | { readonly type: 'token'; readonly id: string; readonly seed: number }
  | { readonly type: 'paste'; readonly id: string; readonly seed: number; readonly letters: number }
  | { readonly type: 'filler' | 'delete'; readonly seed: number }
  | { readonly type: 'undo' | 'redo' | 'offline' | 'online' | 'hurry' }
  | { readonly type: 'state'; readonly ask: number };

/** What changed in the text by a step: a token came or went, or a block has this many of its changes (a pasted one has 1). */
export type Effect =
  | { readonly type: 'token'; readonly id: string; readonly present: boolean }
  | { readonly type: 'block'; readonly id: string; readonly changes: number };

/** `step` counts what this process has written; `atMs` is of a clock that all processes of a computer share. */
export type ChaosReport =
  | { readonly type: 'opened'; readonly editId: string }
  | { readonly type: 'wrote'; readonly step: number; readonly effects: readonly Effect[] }
  /** Everything up to this step is in the journal. */
  | { readonly type: 'journaled'; readonly step: number }
  | {
      readonly type: 'status';
      readonly atMs: number;
      readonly step: number;
      readonly state: string;
      readonly code: string | undefined;
      readonly unsaved: number;
      readonly diverged: boolean;
      readonly unopened: number;
      readonly journalTrouble: string | undefined;
      /** Set when it says saved: everything in the document, as a Yjs snapshot in base64. */
      readonly savedSnapshot: string | undefined;
    }
  | {
      readonly type: 'state';
      readonly ask: number;
      readonly text: string;
      readonly snapshot: string;
      readonly pending: boolean;
      readonly isTyping: boolean;
      readonly saved: boolean;
      readonly state: string;
    };

const [, , relayUrl = '', document = '', journalFolder = '', name = ''] = process.argv;
/** Tokens are typed in transactions of this origin, and undo concerns these alone. */
const undoable = Symbol('undoable');

const say = (report: ChaosReport) => process.stdout.write(`${JSON.stringify(report)}\n`);
const provider = await openDocument({ relayUrl, document, journalFolder, name });
const { doc, text } = provider;
const undo = new Y.UndoManager(text, { trackedOrigins: new Set([undoable]), captureTimeout: 0 });
let step = 0;
let isMarking = false;
/** Blocks that are being typed. */
let typing = 0;

provider.onStatus(({ connection, unsaved, diverged, unopened, journalTrouble, saved }) =>
  say({
    type: 'status',
    atMs: monotonicMs(),
    step,
    state: connection.state,
    code: connection.state === 'refused' ? connection.code : undefined,
    unsaved,
    diverged,
    unopened,
    journalTrouble,
    savedSnapshot: saved ? snapshotOf(doc) : undefined,
  }),
);
say({ type: 'opened', editId: provider.keys.editId ?? '' });
createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line) as ChaosCommand))
  // Whoever started it has ended.
  .on('close', () => process.exit(0));

function obey(command: ChaosCommand): void {
  switch (command.type) {
    case 'type':
      insertOutside(blockText(command.id, ''), command.seed);
      wrote({ type: 'block', id: command.id, changes: 0 });
      typing += 1;
      typeOn(command.id, command.patches, 0, command.everyMs);
      return;
    case 'token':
      doc.transact(() => insertOutside(tokenText(command.id), command.seed), undoable);
      wrote({ type: 'token', id: command.id, present: true });
      return;
    case 'paste':
      insertOutside(blockText(command.id, pastedBody(command.seed, command.letters)), command.seed);
      wrote({ type: 'block', id: command.id, changes: 1 });
      return;
    case 'filler':
      insertOutside('abcdefghij'.slice(0, 1 + (command.seed % 9)), command.seed);
      return;
    case 'delete': {
      const run = someFiller(text.toString(), seededRandom(command.seed));
      if (run !== undefined) text.delete(run.start, run.length);
      return;
    }
    case 'undo':
    case 'redo':
      turnBack(command.type);
      return;
    case 'offline':
      provider.goOffline();
      return;
    case 'online':
      provider.goOnline();
      return;
    case 'hurry':
      provider.reconnectNow();
      return;
    case 'state':
      tellState(command.ask);
      return;
    default:
      command satisfies never;
  }
}

function insertOutside(written: string, seed: number): void {
  text.insert(placeOutside(text.toString(), seededRandom(seed)), written);
}

function typeOn(id: string, patches: readonly Patch[], done: number, everyMs: number): void {
  const patch = patches[done];
  const body = findBody(text.toString(), id);
  if (patch === undefined || body === undefined) {
    typing -= 1;
    return;
  }
  const [at, deleted, inserted] = fittedPatch(patch, body.end - body.start);
  doc.transact(() => {
    if (deleted > 0) text.delete(body.start + at, deleted);
    if (inserted !== '') text.insert(body.start + at, inserted);
  });
  wrote({ type: 'block', id, changes: done + 1 });
  setTimeout(() => typeOn(id, patches, done + 1, everyMs), everyMs);
}

function turnBack(how: 'undo' | 'redo'): void {
  const before = readMarked(text.toString()).tokens;
  undo[how]();
  const after = readMarked(text.toString()).tokens;
  const gone = [...before.keys()].filter((id) => !after.has(id));
  const back = [...after.keys()].filter((id) => !before.has(id));
  wrote(
    ...gone.map((id): Effect => ({ type: 'token', id, present: false })),
    ...back.map((id): Effect => ({ type: 'token', id, present: true })),
  );
}

function wrote(...effects: readonly Effect[]): void {
  step += 1;
  say({ type: 'wrote', step, effects });
  if (!isMarking) void markJournaled();
}

async function markJournaled(): Promise<void> {
  isMarking = true;
  for (let marked = 0; marked < step; ) {
    marked = step;
    await provider.whenJournaled();
    say({ type: 'journaled', step: marked });
  }
  isMarking = false;
}

function tellState(ask: number): void {
  const { store } = doc;
  say({
    type: 'state',
    ask,
    text: text.toString(),
    snapshot: snapshotOf(doc),
    pending: store.pendingStructs !== null || store.pendingDs !== null,
    isTyping: typing > 0,
    saved: provider.status.saved,
    state: provider.status.connection.state,
  });
}

function snapshotOf(of: Y.Doc): string {
  return Buffer.from(Y.encodeSnapshot(Y.snapshot(of))).toString('base64');
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
