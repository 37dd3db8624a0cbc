import { limits } from '../protocol/limits.ts';
import type { OutboxRow } from './journal.ts';

/** Updates are merged into one entry up to about this many bytes. */
const mergeBytes = 48 * 1024;

/**
 * A row and where it is on its way. `ref` is set while it is sent on the present connection, `seq` once it is acknowledged
 * there. It goes when it has come back in the log as well: until then no cursor covers it, and a relay restored from an
 * older backup would not be found to lack it.
 */
export interface Outgoing {
  readonly row: OutboxRow;
  step: 'journaling' | 'ready' | 'sealing' | 'sent' | 'acknowledged';
  ref: number | undefined;
  seq: number | undefined;
  /** Largest entry of the relay for which this opening has sealed it. */
  sealedFor: number | undefined;
}

/** A row that is not sent yet. */
export function outgoing(row: OutboxRow, step: 'journaling' | 'ready', sealedFor?: number): Outgoing {
  return { row, step, ref: undefined, seq: undefined, sealedFor };
}

/** Whether it is to become part of an entry. */
export function isWaiting({ row, step }: Outgoing): boolean {
  return row.form === 'update' && step !== 'sealing';
}

/** Whether it goes in chunks (rule U1). */
export function isUploaded({ row }: Outgoing): boolean {
  return row.bytes.length > limits.inlineEntryBytes;
}

/** Whether it is larger than a relay takes, and might be sealed as several that are not. */
export function isTooLarge({ row, sealedFor }: Outgoing, mostBytes: number): boolean {
  return row.bytes.length > mostBytes && (sealedFor === undefined || sealedFor > mostBytes);
}

/** Whether another entry may be sealed behind these. */
export function hasPlaceBehind(rows: readonly Outgoing[]): boolean {
  const underWay = rows.filter(
    ({ row, step }) => step === 'sealing' || (row.form === 'sealed' && step !== 'acknowledged'),
  );
  return underWay.length < limits.appendsInFlight;
}

/** The next rows that become one entry: consecutive ones, up to `mergeBytes` together; none while enough are sealed. */
export function nextBatch(rows: readonly Outgoing[]): readonly Outgoing[] {
  const start = rows.findIndex(({ row, step }) => row.form === 'update' && step === 'ready');
  const batch: Outgoing[] = [];
  if (start === -1 || !hasPlaceBehind(rows.slice(0, start))) return batch;
  let bytes = 0;
  for (const outgoing of rows.slice(start)) {
    const { row, step } = outgoing;
    bytes += row.bytes.length;
    const fits = batch.length === 0 || bytes <= mergeBytes;
    if (!fits || row.form !== 'update' || step !== 'ready') break;
    batch.push(outgoing);
  }
  return batch;
}
