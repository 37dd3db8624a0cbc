import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';

/** A memory store that counts spools that are neither taken nor discarded, and whose disk may be full. */
export function countingStore() {
  const spools = new Set<object>();
  const store = Object.assign(new MemoryLogStore(), { full: false, openSpools: 0 });
  const count = () => {
    store.openSpools = spools.size;
  };
  const openSpool = store.openSpool.bind(store);
  store.openSpool = async () => {
    const spool = await openSpool();
    const [write, discard] = [spool.write.bind(spool), spool.discard.bind(spool)];
    spools.add(spool);
    count();
    return Object.assign(spool, {
      write: async (chunk: Uint8Array) => {
        if (store.full) throw new StoreError('disk-full', 'The disk is full.');
        await write(chunk);
      },
      discard: async () => {
        spools.delete(spool);
        count();
        await discard();
      },
    });
  };
  return store;
}
