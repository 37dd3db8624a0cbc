import { limits } from '../protocol/limits.ts';
import type { AddressLimits } from './addresses.ts';
import type { CompactionConfig } from './compaction.ts';
import type { Rate } from './rate-limit.ts';
import { defaultRate } from './rate-limit.ts';

/** What an operator may set, in bytes and milliseconds. */
export interface RelayConfig extends AddressLimits {
  /** Access token of a private relay (rule J6). */
  readonly token: string | undefined;
  /** Host names with port that this relay answers to, in lower case; empty for any (rule J3). */
  readonly publicHosts: readonly string[];
  /** Largest entry; at most `limits.entryBytes`. */
  readonly entryBytes: number;
  readonly maxConnections: number;
  /** Connections that have not joined; a join must come within `joinWithinMs`. */
  readonly maxUnjoined: number;
  readonly joinWithinMs: number;
  readonly maxUploads: number;
  /** Bytes a member may have been sent and not confirmed (rule S4). */
  readonly readerBudgetBytes: number;
  /** Bytes that may wait for all slow connections together. */
  readonly backlogBytes: number;
  readonly rate: Rate;
  readonly compaction: CompactionConfig;
  /** Bytes of one room after its newest snapshot past which nothing is appended (rule C6). */
  readonly logBytes: number;
  /** Largest snapshot; at most `limits.snapshotBytes`. */
  readonly snapshotBytes: number;
  /** Bytes that the older snapshots of one room may take (rule C7). */
  readonly milestoneBytes: number;
}

const MIB = 1024 * 1024;

/** The configuration of a relay that was told nothing. */
export const defaultRelayConfig: RelayConfig = {
  token: undefined,
  publicHosts: [],
  entryBytes: limits.entryBytes,
  maxConnections: 10_000,
  maxUnjoined: 1000,
  joinWithinMs: 15_000,
  maxUploads: 64,
  readerBudgetBytes: limits.readerBudgetBytes,
  backlogBytes: 512 * MIB,
  rate: defaultRate,
  compaction: { minBytes: 64 * 1024, afterMs: 3_600_000, offerWithinMs: 30_000 },
  logBytes: 256 * MIB,
  snapshotBytes: limits.snapshotBytes,
  milestoneBytes: 64 * MIB,
  // A quarter of all: one address cannot keep the others out.
  connectionsPerAddress: 2500,
  unjoinedPerAddress: 250,
  uploadsPerAddress: 16,
  // Each costs the check of a signature, 0.25 ms: one address takes at most a fortieth of a processor with them.
  joinsPerSecond: 100,
  // A library of documents that is published anew is a few hundred.
  documentsPerMinute: 60,
  documentBurst: 500,
};
