import type { ClientMessage } from '../../protocol/client-messages.ts';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { clientEvents } from '../../protocol/events.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { limits } from '../../protocol/limits.ts';
import { bytes, varUint } from './hostile-bytes.ts';
import type { HostileEditor } from './hostile-editor.ts';
import type { HostileEdit } from './hostile-edits.ts';
import type { Random } from './random.ts';

/** A message of any kind that the relay takes from an editor. */
const messages: readonly ((editor: HostileEditor) => ClientMessage)[] = [
  (editor) => editor.join(),
  (editor) => ({
    event: 'append',
    message: { ref: editor.ref(), entry: bytes(editor.random, 1 + editor.random.below(300)) },
  }),
  (editor) => ({
    event: 'upload',
    message: { ref: editor.ref(), kind: 'entry', total: 70_000, offset: 0, chunk: bytes(editor.random, 300) },
  }),
  ({ random }) => ({ event: 'presence', message: { counter: 1, sealed: bytes(random, random.below(300)) } }),
  () => ({ event: 'confirm', message: { bytes: 1 } }),
  () => ({ event: 'leave', message: null }),
  (editor) => ({
    event: 'snapshot',
    message: { ref: editor.ref(), previousSeq: 0, cursor: editor.position(), unopened: [1, 2] },
  }),
  (editor) => ({ event: 'milestones', message: { ref: editor.ref() } }),
  (editor) => ({
    event: 'milestone',
    message: { ref: editor.ref(), seq: 1, offset: limits.chunkBytes },
  }),
];

/** Ways in which such a message is made wrong. */
const ways: Readonly<Record<string, (random: Random, frame: Buffer) => Uint8Array>> = {
  'bits flipped': (random, frame) => {
    for (let flips = 1 + random.below(4); flips > 0; flips--) {
      const at = Math.min(frame.length - 1, 2 + random.below(40));
      frame[at] = (frame[at] ?? 0) ^ (1 << random.below(8));
    }
    return frame;
  },
  'cut short': (random, frame) => frame.subarray(0, 2 + random.below(frame.length - 1)),
  'more after it': (random, frame) => Buffer.concat([frame, bytes(random, 1 + random.below(500))]),
  'the code of another event': (random, frame) => {
    frame[1] = random.pick(Object.values(clientEvents));
    return frame;
  },
  'a number raised': (random, frame) => {
    const at = Math.min(frame.length, 2 + random.below(20));
    return Buffer.concat([frame.subarray(0, at), varUint(2 ** random.below(53)), frame.subarray(at + 1)]);
  },
};

/** What is changed may still be a message: then it is taken, or refused for what it says. */
const anything = [
  'malformed',
  'goes on',
  'too-large',
  'wrong-state',
  'rejoin-first',
  'wrong-version',
  'wrong-host',
  'bad-proof',
  'no-such-milestone',
] as const;

const mutate = (way: (random: Random, frame: Buffer) => Uint8Array): HostileEdit => ({
  expected: anything,
  run: async (editor) => {
    const [before, frame, after] = [0, 1, 2].map(() => {
      const message = editor.random.pick(messages)(editor);
      return Buffer.from(encodeFrame(message.event, encodeClientMessage(message)));
    });
    if (before === undefined || frame === undefined || after === undefined) throw new Error('no frames');
    editor.frames(before, way(editor.random, frame), after);
    return await editor.aftermath();
  },
});

/** Messages that the relay takes, made wrong in every way. */
export const mutations: Readonly<Record<string, HostileEdit>> = Object.fromEntries(
  Object.entries(ways).map(([name, way]) => [`what it may send, ${name}`, mutate(way)]),
);
