import { editsOf, readFriendsTrace } from '../fixtures/friends-trace.ts';
import type { ChaosRig } from './chaos-rig.ts';
import { pastedBody, typedBody } from './marked-text.ts';
import type { Act } from './plan.ts';
import type { WriterSeat } from './writer-seat.ts';

const trace = readFriendsTrace();
/** Both authors' changes; a block begins anywhere in them. */
const changesOf = [0, 1].map((agent) => editsOf(trace, agent, 4000));

/** An act of someone who writes. */
export type WritingAct = Extract<
  Act,
  { readonly type: 'type' | 'token' | 'filler' | 'delete' | 'undo' | 'redo' | 'paste' }
>;
let written = 0;

/** Tells a writer to write, and notes what its blocks must contain. Gives a sentence where there is no writer. */
export function write(rig: ChaosRig, { writer }: WriterSeat, act: WritingAct): string | undefined {
  if (writer === undefined) return 'its client is not there';
  const { random, bodies } = rig;
  const seed = random.below(2 ** 31);
  written += 1;
  const id = `${writer.name}.${written}`;
  switch (act.type) {
    case 'type': {
      const changes = random.pick(changesOf);
      const first = random.below(changes.length - act.changes);
      const patches = changes.slice(first, first + act.changes);
      bodies.set(id, (count) => typedBody(patches.slice(0, count)));
      writer.tell({ type: 'type', id, seed, patches, everyMs: act.everyMs });
      return undefined;
    }
    case 'paste':
      bodies.set(id, () => pastedBody(seed, act.letters));
      writer.tell({ type: 'paste', id, seed, letters: act.letters });
      return undefined;
    case 'undo':
      // Something to take back, for a writer that has just been started.
      writer.tell({ type: 'token', id, seed });
      writer.tell({ type: 'undo' });
      return undefined;
    case 'redo':
      writer.tell({ type: 'redo' });
      return undefined;
    case 'token':
      writer.tell({ type: 'token', id, seed });
      return undefined;
    default:
      writer.tell({ type: act.type, seed });
      return undefined;
  }
}
