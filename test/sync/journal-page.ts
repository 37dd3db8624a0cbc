import { roomIdFromBytes } from '../../protocol/ids.ts';
import { indexedDbJournal } from '../../sync/journal-indexeddb.ts';
import { journalContract } from './journal-contract.ts';

declare global {
  interface Window {
    /** Runs one case of the contract on a database of its own; gives why it failed, or null. */
    runJournalCase(index: number): Promise<string | null>;
  }
}

window.runJournalCase = async (index) => {
  const roomId = roomIdFromBytes(new Uint8Array(16).fill(index + 1));
  try {
    await journalContract[index]?.run(() => indexedDbJournal(roomId, () => {}));
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
};
