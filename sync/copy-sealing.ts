import type { Cursor } from '../protocol/ids.ts';
import type { LargeSealing } from './copy-options.ts';
import type { EntrySealer } from './entry-sealer.ts';
import type { EntryOpener } from './inbound.ts';
import type { ReceivedSnapshot } from './log-reader.ts';
import { open, type SealingKey, seal } from './sealing.ts';

/** Seals and opens what one copy sends and receives: small entries at once, large ones and snapshots where it does not hold up typing. */
export class CopySealing implements EntryOpener {
  readonly sealer: EntrySealer;

  constructor(
    private readonly key: SealingKey,
    private readonly large: LargeSealing,
  ) {
    this.sealer = {
      now: (update) => seal(key, 'entry', update),
      later: (update) => large.seal('entry', update),
      open: (sealed) => large.open('entry', sealed),
    };
  }

  readonly now = (sealed: Uint8Array): Uint8Array | undefined => open(this.key, 'entry', sealed);

  readonly later = (sealed: Uint8Array): Promise<Uint8Array | undefined> => this.large.open('entry', sealed);

  snapshot({ cursor, sealed }: ReceivedSnapshot): Promise<Uint8Array | undefined> {
    return this.large.open({ snapshotAt: cursor }, sealed);
  }

  /** Seals a whole document for the position at which it stands. */
  sealSnapshot(cursor: Cursor, update: Uint8Array): Promise<Uint8Array> {
    return this.large.seal({ snapshotAt: cursor }, update);
  }
}
