import type { CompactionConfig } from './compaction.ts';
import { connectionLimits } from './connection-limits.ts';
import type { Unit } from './quantities.ts';
import type { Rate } from './rate-limit.ts';
import type { RelayConfig } from './relay-config.ts';
import { storageLimits } from './storage-limits.ts';

/** The configuration that is a matter of size and speed, not of who may come in. */
export type RelayLimits = Omit<RelayConfig, 'token' | 'publicHosts'>;

/** The name a limit has in the configuration, or in a part of it. */
export type LimitName =
  | Exclude<keyof RelayLimits, 'rate' | 'compaction'>
  | keyof Rate
  | keyof CompactionConfig
  | 'floorBytes';

/** A limit as an operator sets it. */
export interface LimitOption {
  /** Without the dashes. */
  readonly option: string;
  readonly unit: Unit;
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  /** What it bounds and why it is what it is, for the command's help. */
  readonly text: string;
}

/** Every limit of a relay, by the name it has in the configuration. */
export const limitOptions = {
  ...connectionLimits,
  ...storageLimits,
} as const satisfies Record<LimitName, LimitOption>;

/** The configuration of limits, where each may be given; the rest is standard. */
export function limitsOf(given: Readonly<Partial<Record<string, number>>>): {
  readonly config: RelayLimits;
  readonly floorBytes: number;
} {
  const of = (name: LimitName) => given[limitOptions[name].option] ?? limitOptions[name].standard;
  return {
    floorBytes: of('floorBytes'),
    config: {
      entryBytes: of('entryBytes'),
      maxConnections: of('maxConnections'),
      maxUnjoined: of('maxUnjoined'),
      joinWithinMs: of('joinWithinMs'),
      maxUploads: of('maxUploads'),
      connectionsPerAddress: of('connectionsPerAddress'),
      unjoinedPerAddress: of('unjoinedPerAddress'),
      uploadsPerAddress: of('uploadsPerAddress'),
      joinsPerSecond: of('joinsPerSecond'),
      documentsPerMinute: of('documentsPerMinute'),
      documentBurst: of('documentBurst'),
      readerBudgetBytes: of('readerBudgetBytes'),
      backlogBytes: of('backlogBytes'),
      rate: {
        messagesPerSecond: of('messagesPerSecond'),
        messageBurst: of('messageBurst'),
        bytesPerSecond: of('bytesPerSecond'),
        byteBurst: of('byteBurst'),
      },
      compaction: {
        minBytes: of('minBytes'),
        afterMs: of('afterMs'),
        offerWithinMs: of('offerWithinMs'),
      },
      logBytes: of('logBytes'),
      snapshotBytes: of('snapshotBytes'),
      milestoneBytes: of('milestoneBytes'),
    },
  };
}
