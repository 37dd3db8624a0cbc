import type { ClientEvent } from '../../protocol/events.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { limits } from '../../protocol/limits.ts';
import { bytes, varUint } from './hostile-bytes.ts';
import type { HostileEditor } from './hostile-editor.ts';
import { mutations } from './hostile-mutations.ts';
import { snapshots } from './hostile-snapshots.ts';

/** One thing that an editor does with a document of his own, and what may come of it; the first is the usual outcome. */
export interface HostileEdit {
  readonly expected: readonly string[];
  run(editor: HostileEditor): Promise<string>;
}

const { chunkBytes, inlineEntryBytes } = limits;
const most = Number.MAX_SAFE_INTEGER;
const frame = (event: ClientEvent, ...parts: readonly Uint8Array[]) =>
  encodeFrame(event, Buffer.concat(parts));

const appends: Readonly<Record<string, HostileEdit>> = {
  'an append of anything': {
    expected: ['ack'],
    run: (editor) => {
      const ref = editor.random.pick([0, 1, 2 ** 32, most]);
      editor.append(ref, bytes(editor.random, 1 + editor.random.below(inlineEntryBytes)));
      return editor.answers(ref);
    },
  },
  'the same append again and again': {
    expected: ['ack, ack, ack'],
    run: (editor) => {
      const [ref, entry] = [editor.ref(), bytes(editor.random, 100)];
      for (let times = 0; times < 3; times++) editor.append(ref, entry);
      return editor.answers(ref, 3);
    },
  },
  'one ref for two appends': {
    expected: ['ack, ack'],
    run: (editor) => {
      const ref = editor.ref();
      for (let times = 0; times < 2; times++) editor.append(ref, bytes(editor.random, 100));
      return editor.answers(ref, 2);
    },
  },
  'an append of nothing': {
    expected: ['malformed'],
    run: (editor) => {
      editor.frames(frame('append', varUint(1)));
      return editor.answers(1);
    },
  },
  'an append of more than fits': {
    expected: ['too-large'],
    run: (editor) => {
      editor.frames(frame('append', varUint(1), Buffer.alloc(inlineEntryBytes + 1)));
      return editor.answers(1);
    },
  },
  'a ref past all numbers': {
    expected: ['malformed'],
    run: (editor) => {
      editor.frames(frame('append', Buffer.from('ffffffffffffffff7f', 'hex'), Buffer.of(1)));
      return editor.aftermath();
    },
  },
  'an append after one that was refused': {
    expected: ['wrong-state, rejoin-first, ack'],
    run: async (editor) => {
      const [first, second, third, last] = [editor.ref(), editor.ref(), editor.ref(), editor.ref()];
      editor.chunk('entry', first, 2 * chunkBytes, 0, 100);
      editor.chunk('entry', second, 2 * chunkBytes, 0, 100);
      editor.append(third, bytes(editor.random, 10));
      const refused = [await editor.answers(second), await editor.answers(third)];
      editor.send(editor.join());
      await editor.live();
      editor.append(last, bytes(editor.random, 10));
      return [...refused, await editor.answers(last)].join(', ');
    },
  },
  'an append after it left': {
    expected: ['wrong-state'],
    run: (editor) => {
      const ref = editor.ref();
      editor.send({ event: 'leave', message: null }, { event: 'leave', message: null });
      editor.append(ref, bytes(editor.random, 10));
      return editor.answers(ref);
    },
  },
};

const uploads: Readonly<Record<string, HostileEdit>> = {
  'a whole upload': {
    expected: ['ack'],
    run: async (editor) => {
      const [ref, rest] = [editor.ref(), 1 + editor.random.below(chunkBytes)];
      editor.chunk('entry', ref, chunkBytes + rest, 0, chunkBytes);
      editor.chunk('entry', ref, chunkBytes + rest, chunkBytes, rest);
      return editor.answers(ref);
    },
  },
  'a chunk twice': {
    expected: ['malformed'],
    run: (editor) => {
      for (let times = 0; times < 2; times++) editor.chunk('entry', 1, 2 * chunkBytes, 0, 1000);
      return editor.answers(1);
    },
  },
  'a gap between chunks': {
    expected: ['malformed'],
    run: (editor) => {
      editor.chunk('entry', 1, 2 * chunkBytes, 0, 1000);
      editor.chunk('entry', 1, 2 * chunkBytes, 1001 + editor.random.below(1000), 1000);
      return editor.answers(1);
    },
  },
  'a chunk past the end of its upload': {
    expected: ['malformed'],
    run: (editor) => {
      editor.chunk('entry', 1, 2 * chunkBytes, 2 * chunkBytes - 5, 6);
      return editor.answers(1);
    },
  },
  'an upload that changes its size': {
    expected: ['wrong-state'],
    run: (editor) => {
      const ref = editor.ref();
      editor.chunk('entry', ref, 2 * chunkBytes, 0, 1000);
      editor.chunk('entry', ref, 2 * chunkBytes + 1 + editor.random.below(1e6), 1000, 1000);
      return editor.answers(ref);
    },
  },
  'an upload of what is an append': {
    expected: ['malformed'],
    run: (editor) => {
      const total = 1 + editor.random.below(inlineEntryBytes);
      editor.chunk('entry', 1, total, 0, total);
      return editor.answers(1);
    },
  },
  'an upload that is left in its middle': {
    expected: ['goes on'],
    run: async (editor) => {
      editor.chunk('entry', editor.ref(), limits.entryBytes, 0, chunkBytes);
      editor.send({ event: 'leave', message: null });
      return await editor.aftermath();
    },
  },
};

const questions: Readonly<Record<string, HostileEdit>> = {
  'a question for older states': {
    expected: ['milestone-list'],
    run: (editor) => {
      const ref = editor.random.pick([0, 7, most]);
      editor.send({ event: 'milestones', message: { ref } });
      return editor.answers(ref);
    },
  },
  'a state that is not there': {
    expected: ['no-such-milestone'],
    run: (editor) => {
      const ref = editor.ref();
      const message = {
        ref,
        seq: editor.random.pick([0, 1, most]),
        offset: chunkBytes * editor.random.below(99),
      };
      editor.send({ event: 'milestone', message });
      return editor.answers(ref);
    },
  },
  'a piece that begins at no chunk': {
    expected: ['malformed'],
    run: (editor) => {
      editor.send({ event: 'milestone', message: { ref: 1, seq: 1, offset: 1 + editor.random.below(1000) } });
      return editor.answers(1);
    },
  },
  'many questions at once': {
    expected: ['too-fast'],
    run: (editor) => {
      const message = { ref: 1, seq: 1, offset: 0 };
      editor.send(...Array(50).fill({ event: 'milestone', message }));
      return editor.answers(1, 51);
    },
  },
};

const others: Readonly<Record<string, HostileEdit>> = {
  'presence that goes back': {
    expected: ['goes on'],
    run: (editor) => {
      const { random } = editor;
      for (const counter of [most, 0, random.below(2 ** 31), most])
        editor.send({ event: 'presence', message: { counter, sealed: bytes(random, random.below(2000)) } });
      return editor.aftermath();
    },
  },
  'confirmations of anything': {
    expected: ['goes on'],
    run: (editor) => {
      for (const count of [most, 0, editor.random.below(2 ** 31)])
        editor.send({ event: 'confirm', message: { bytes: count } });
      return editor.aftermath();
    },
  },
  'joins one upon another, with appends between': {
    expected: ['goes on'],
    run: async (editor) => {
      for (let times = 0; times < 5; times++) editor.send(editor.join());
      await editor.live();
      return await editor.aftermath();
    },
  },
};

/** All that an editor does. */
export const edits: Readonly<Record<string, HostileEdit>> = {
  ...appends,
  ...uploads,
  ...snapshots,
  ...questions,
  ...others,
  ...mutations,
};

/** More messages than a connection may send, where that is bounded. */
export const floods: Readonly<Record<string, HostileEdit>> = {
  'messages without end': {
    expected: ['too-fast'],
    run: (editor) => {
      editor.frames(...Array(60_000).fill(frame('confirm', varUint(1))));
      return editor.aftermath();
    },
  },
};
