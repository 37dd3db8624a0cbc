import type { Page } from 'playwright-core';

/**
 * Gives a moment (ms since 1970) before which everything that was typed in this window is in its journal, on disk. It
 * writes two steps of its own behind the program's: one may come between a step under way and the next, two may not. So it
 * holds on a computer of any speed, and not for a program that keeps edits to itself for a while.
 */
export async function journalFence(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const fromMs = Date.now();
    const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
    const journals = names.filter((name) => name.startsWith('inkroom-document-'));
    const [name = '', ...others] = journals;
    if (name === '' || others.length > 0) throw new Error(`journals here: ${names.join(', ')}`);
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (let step = 0; step < 2; step++) {
      await new Promise<void>((resolve, reject) => {
        const transaction = database.transaction([...database.objectStoreNames], 'readwrite', {
          durability: 'strict',
        });
        transaction.oncomplete = () => resolve();
        transaction.onerror = () => reject(transaction.error);
        transaction.objectStore('state').get('cursor');
      });
    }
    database.close();
    return fromMs;
  });
}
