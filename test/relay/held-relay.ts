import { HeldStore } from './held-store.ts';
import { MemoryRelay } from './memory-relay.ts';

/** A relay on a store whose writes the test can hold, with its parts at hand. */
export function heldRelay() {
  const store = new HeldStore();
  const memory = new MemoryRelay(store);
  return {
    store,
    relay: memory.relay,
    clock: memory.clock,
    connect: () => memory.connect(),
    join: (...args: Parameters<typeof memory.join>) => memory.join(...args),
  };
}
