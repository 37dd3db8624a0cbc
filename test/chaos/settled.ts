import * as Y from 'yjs';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import type { ChaosRig } from './chaos-rig.ts';

/** Everything has settled within this, on a busy computer too; longer than Socket.IO's longest wait between two attempts. */
const settleWithinMs = 90_000;

/** Waits until all writers of a mended plan are quiet and equal, and says what is wrong: with them, with a fresh joiner, and with the disk. */
export async function settledProblems(rig: ChaosRig): Promise<readonly string[]> {
  const problems: string[] = [];
  const relayUrl = `http://127.0.0.1:${rig.relay.port}`;
  // Whoever reads everything meets all damage there is, and editors mend it.
  if (rig.mayBeDamaged) await (await joinFresh(rig.document.id, relayUrl)).close();
  const writers = rig.seats.map(({ writer, name }) => {
    if (writer === undefined) throw new Error(`${name} does not run`);
    return writer;
  });
  let last: Awaited<ReturnType<(typeof writers)[number]['state']>>[] = [];
  const isQuiet = async () => {
    for (const writer of writers) writer.tell({ type: 'hurry' });
    last = await Promise.all(writers.map((writer) => writer.state()));
    return last.every(
      ({ saved, isTyping, pending, snapshot, text }) =>
        saved && !isTyping && !pending && snapshot === last[0]?.snapshot && text === last[0].text,
    );
  };
  await waitFor('all copies to be saved and equal', isQuiet, {
    deadlineMs: settleWithinMs,
    seen: () =>
      writers.map(({ name, status }, at) => ({
        name,
        letters: last[at]?.text.length,
        ...status,
        savedSnapshot: '',
      })),
  });
  const [first] = last;
  if (first === undefined) throw new Error('no writers');
  for (const { name } of writers) rig.ledger.settled(name);
  problems.push(...rig.ledger.problemsOf(first.text));
  const { keys, id } = rig.document;
  for (const [who, document] of [
    ['a fresh joiner', id],
    ['a fresh viewer', keys.viewId],
  ] as const) {
    const joiner = await joinFresh(document, relayUrl);
    if (joiner.text.toString() !== first.text) problems.push(`${who} has another text`);
    if (snapshotOf(joiner.doc) !== first.snapshot) problems.push(`${who} has another state or delete set`);
    await joiner.close();
  }
  const stored = await rig.audit('at the end');
  if (stored === undefined || snapshotOf(stored.doc) !== first.snapshot)
    problems.push('the disk of the relay has another state');
  return problems;
}

/** Opens the document anew until it is live: a relay that has lost it says so until an editor has brought it back. */
async function joinFresh(document: string, relayUrl: string): Promise<Provider> {
  const open = () => openDocument({ document, relayUrl, name: 'Newcomer' });
  let joiner = await open();
  const isLive = async () => {
    const { state } = joiner.status.connection;
    if (state === 'refused') {
      await joiner.close();
      joiner = await open();
    }
    return state === 'live';
  };
  const seen = () => joiner.status;
  await waitFor('a fresh joiner to be live', isLive, { deadlineMs: settleWithinMs, seen }).catch(
    async (error: unknown) => {
      await joiner.close();
      throw error;
    },
  );
  return joiner;
}

function snapshotOf(doc: Y.Doc): string {
  return Buffer.from(Y.encodeSnapshot(Y.snapshot(doc))).toString('base64');
}
