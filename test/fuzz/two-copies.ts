import { expect } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { Provider } from '../../sync/provider.ts';
import { MemoryRoom } from './memory-room.ts';

/** A room with two copies that have written something each and are settled. */
export async function twoCopies(
  config: Partial<RelayConfig> = {},
): Promise<{ room: MemoryRoom; anna: Provider; boris: Provider }> {
  const room = new MemoryRoom(new MemoryLogStore(), config);
  const anna = room.open({ create: true });
  await room.settle();
  const boris = room.open();
  await room.settle();
  anna.text.insert(0, 'from anna ');
  await room.settle();
  boris.text.insert(0, 'from boris ');
  await room.settle();
  return { room, anna, boris };
}

/** All copies are saved, whole and equal. */
export function expectSettled(...copies: readonly Provider[]): void {
  for (const copy of copies) {
    expect(copy.status).toMatchObject({ saved: true, diverged: false, unopened: 0 });
    expect(copy.text.toString()).toBe(copies[0]?.text.toString());
  }
}
