import { limits } from '../protocol/limits.ts';
import type { LimitName, LimitOption } from './limit-options.ts';
import { defaultRelayConfig } from './relay-config.ts';
import { defaultFloorBytes } from './space-floor.ts';

const MIB = 1024 * 1024;
const { compaction } = defaultRelayConfig;

/** What a document may take of the disk, when its log is replaced by a snapshot, and what of the disk is left free. */
export const storageLimits = {
  minBytes: {
    option: 'compact-after-bytes',
    unit: 'bytes',
    standard: compaction.minBytes,
    least: 1024,
    most: 64 * MIB,
    text: 'edits of one document since its newest snapshot after which an editor is asked for another; also as many as that snapshot has',
  },
  afterMs: {
    option: 'compact-after',
    unit: 'ms',
    standard: compaction.afterMs,
    least: 1000,
    most: 30 * 24 * 3_600_000,
    text: 'age of the newest snapshot after which any edit is worth another',
  },
  offerWithinMs: {
    option: 'snapshot-within',
    unit: 'ms',
    standard: compaction.offerWithinMs,
    least: 100,
    most: 600_000,
    text: 'an editor that was asked for a snapshot and offers none for so long is passed over',
  },
  logBytes: {
    option: 'max-log',
    unit: 'bytes',
    standard: defaultRelayConfig.logBytes,
    least: 64 * 1024,
    most: 64 * 1024 * MIB,
    text: 'edits of one document since its newest snapshot; past it none is taken until an editor has made another',
  },
  snapshotBytes: {
    option: 'max-snapshot',
    unit: 'bytes',
    standard: defaultRelayConfig.snapshotBytes,
    least: MIB,
    most: limits.snapshotBytes,
    text: 'largest snapshot; a document that needs a larger one keeps all its edits',
  },
  milestoneBytes: {
    option: 'milestones',
    unit: 'bytes',
    standard: defaultRelayConfig.milestoneBytes,
    least: 1,
    most: 64 * 1024 * MIB,
    text: 'older snapshots of one document, its history; the oldest go first',
  },
  floorBytes: {
    option: 'free-space-floor',
    unit: 'bytes',
    standard: defaultFloorBytes,
    least: MIB,
    most: MIB * MIB,
    text: 'edits are refused while less of the disk is free, so that it never fills; reading goes on',
  },
} as const satisfies Partial<Record<LimitName, LimitOption>>;
