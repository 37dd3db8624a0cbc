import { limits } from '../protocol/limits.ts';
import type { CompactionConfig } from './compaction.ts';
import type { Unit } from './quantities.ts';
import type { Rate } from './rate-limit.ts';
import type { RelayConfig } from './relay-config.ts';
import { defaultRelayConfig } from './relay-config.ts';
import { defaultFloorBytes } from './space-floor.ts';

/** The configuration that is a matter of size and speed, not of who may come in. */
export type RelayLimits = Omit<RelayConfig, 'token' | 'publicHosts'>;
type LimitName =
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

const MIB = 1024 * 1024;
const million = 1_000_000;
const { rate, compaction } = defaultRelayConfig;

/** Every limit of a relay, by the name it has in the configuration. */
export const limitOptions = {
  maxConnections: {
    option: 'max-connections',
    unit: 'count',
    standard: defaultRelayConfig.maxConnections,
    least: 1,
    most: million,
    text: 'connections at once; one open document is one; needs as many open files (LimitNOFILE)',
  },
  maxUnjoined: {
    option: 'max-unjoined',
    unit: 'count',
    standard: defaultRelayConfig.maxUnjoined,
    least: 1,
    most: million,
    text: 'connections that have not proved a document yet; a restart brings everyone at once',
  },
  joinWithinMs: {
    option: 'join-within',
    unit: 'ms',
    standard: defaultRelayConfig.joinWithinMs,
    least: 1000,
    most: 600_000,
    text: 'how long such a connection may stay; a join takes one round trip, on a bad line seconds',
  },
  entryBytes: {
    option: 'max-entry',
    unit: 'bytes',
    standard: defaultRelayConfig.entryBytes,
    least: limits.inlineEntryBytes,
    most: limits.entryBytes,
    text: 'largest edit or paste; clients send no larger one, and a book is 5 MiB',
  },
  maxUploads: {
    option: 'max-uploads',
    unit: 'count',
    standard: defaultRelayConfig.maxUploads,
    least: 1,
    most: 10_000,
    text: 'large edits on their way at once; each holds a file of up to --max-entry',
  },
  connectionsPerAddress: {
    option: 'max-per-address',
    unit: 'count',
    standard: defaultRelayConfig.connectionsPerAddress,
    least: 1,
    most: million,
    text: 'connections of one address; an office shares one; behind a proxy see --trusted-proxy',
  },
  unjoinedPerAddress: {
    option: 'max-unjoined-per-address',
    unit: 'count',
    standard: defaultRelayConfig.unjoinedPerAddress,
    least: 1,
    most: million,
    text: 'of those, the ones that have not proved a document yet; a quarter of --max-unjoined',
  },
  uploadsPerAddress: {
    option: 'max-uploads-per-address',
    unit: 'count',
    standard: defaultRelayConfig.uploadsPerAddress,
    least: 1,
    most: 10_000,
    text: 'large edits on their way at once from one address; a quarter of --max-uploads',
  },
  joinsPerSecond: {
    option: 'joins-per-second',
    unit: 'count',
    standard: defaultRelayConfig.joinsPerSecond,
    least: 1,
    most: million,
    text: 'new connections, and also joins, of one address over time; --max-per-address at once; each join is a signature',
  },
  documentsPerMinute: {
    option: 'documents-per-minute',
    unit: 'count',
    standard: defaultRelayConfig.documentsPerMinute,
    least: 1,
    most: million,
    text: 'documents that one address makes, over time',
  },
  documentBurst: {
    option: 'document-burst',
    unit: 'count',
    standard: defaultRelayConfig.documentBurst,
    least: 1,
    most: million,
    text: 'documents that one address makes at once; a library published anew is hundreds',
  },
  readerBudgetBytes: {
    option: 'reader-budget',
    unit: 'bytes',
    standard: defaultRelayConfig.readerBudgetBytes,
    least: 2 * limits.confirmBytes,
    most: 64 * MIB,
    text: 'bytes sent to a reader that it has not confirmed; a slower one is served from disk; times connections this is memory',
  },
  backlogBytes: {
    option: 'max-backlog',
    unit: 'bytes',
    standard: defaultRelayConfig.backlogBytes,
    least: 16 * MIB,
    most: MIB * MIB,
    text: 'bytes that wait for all slow connections together, in memory; beyond, the slowest are ended and catch up later',
  },
  messagesPerSecond: {
    option: 'messages-per-second',
    unit: 'count',
    standard: rate.messagesPerSecond,
    least: 10,
    most: million,
    text: 'messages of one connection over time; people send tens, scripts at full speed a thousand',
  },
  messageBurst: {
    option: 'message-burst',
    unit: 'count',
    standard: rate.messageBurst,
    least: 100,
    most: million,
    text: 'messages of one connection at once: four seconds of the rate above',
  },
  bytesPerSecond: {
    option: 'bytes-per-second',
    unit: 'bytes',
    standard: rate.bytesPerSecond,
    least: limits.chunkBytes,
    most: 1024 * MIB,
    text: 'bytes of one connection over time',
  },
  byteBurst: {
    option: 'byte-burst',
    unit: 'bytes',
    standard: rate.byteBurst,
    least: 2 * MIB,
    most: 1024 * MIB,
    text: 'bytes of one connection at once; holds four of the largest edits',
  },
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
