import { openDocument } from '../../sync/node.ts';
import { type RelayProcess, startRelay } from '../processes/relay-process.ts';

/** Makes a document on a relay, as another program would, and gives the ID that edits it. */
export async function newDocumentOn(relayUrl: string): Promise<string> {
  const provider = await openDocument({ relayUrl, document: 'new' });
  provider.text.insert(0, 'Begun by a script. ');
  await provider.whenSaved();
  await provider.close();
  const { editId } = provider.keys;
  if (editId === undefined) throw new Error('a new document has an edit ID');
  return editId;
}

/** Starts a relay that no app owns, to which the app's pages may connect. */
export function startStandaloneRelay(
  data: string,
  port: number,
  args: readonly string[],
): Promise<RelayProcess> {
  return startRelay({ data, port, args: ['--origin', 'app://inkroom', ...args] });
}
