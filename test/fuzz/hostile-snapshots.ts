import type { ClientMessage } from '../../protocol/client-messages.ts';
import { bytes } from './hostile-bytes.ts';
import type { HostileEditor } from './hostile-editor.ts';
import type { HostileEdit } from './hostile-edits.ts';

const most = Number.MAX_SAFE_INTEGER;

/** What an editor that is asked for a snapshot offers, with what is changed in the offer. */
function offered(change: (offer: Offer, editor: HostileEditor) => Offer): HostileEdit['run'] {
  return async (editor) => {
    const [ref, cursor] = [editor.ref(), await editor.asked()];
    const message = change({ ref, previousSeq: 0, cursor, unopened: [] }, editor);
    editor.send({ event: 'snapshot', message });
    if (editor.random.below(2) === 1) await editor.aftermath();
    editor.chunk('snapshot', ref, 1000, 0, 500);
    editor.chunk('snapshot', ref, 1000, 500, 500);
    return await editor.answers(ref);
  };
}

type Offer = Extract<ClientMessage, { event: 'snapshot' }>['message'];

/** What an editor does with snapshots. */
export const snapshots: Readonly<Record<string, HostileEdit>> = {
  'a snapshot it was asked for': { expected: ['ack'], run: offered((offer) => offer) },
  'a snapshot of another history': {
    expected: ['snapshot-outdated'],
    run: offered((offer, { random }) => ({ ...offer, cursor: { seq: 2, mark: bytes(random, 16) } })),
  },
  'a snapshot past the head': {
    expected: ['snapshot-outdated'],
    run: offered(({ cursor, ...offer }, { random }) => ({
      ...offer,
      cursor: { ...cursor, seq: random.pick([3, 4, 2 ** 32, most]) },
    })),
  },
  'a snapshot after one that is not there': {
    expected: ['snapshot-outdated'],
    run: offered((offer, { random }) => ({ ...offer, previousSeq: random.pick([1, 2, most]) })),
  },
  'a snapshot that names entries it cannot know': {
    expected: ['malformed'],
    run: offered((offer, { random }) => ({ ...offer, unopened: [1, random.pick([0, 3, most])] })),
  },
  'a snapshot that nobody asked for': {
    expected: ['wrong-state'],
    run: (editor) => {
      const cursor = { seq: 0, mark: bytes(editor.random, 16) };
      const ref = editor.ref();
      editor.send({ event: 'snapshot', message: { ref, previousSeq: 0, cursor, unopened: [] } });
      return editor.answers(ref);
    },
  },
  'chunks of a snapshot that was not announced': {
    expected: ['wrong-state'],
    run: (editor) => {
      const ref = editor.ref();
      editor.chunk('snapshot', ref, 1000 + editor.random.below(1e8), 0, 1000);
      return editor.answers(ref);
    },
  },
};
