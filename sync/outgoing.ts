import type { OutboxRow } from './journal.ts';

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
  /** One of several entries that a change was too large for: it waits for the acknowledgement of those before it. */
  readonly isPart: boolean;
}

/** A row that is not sent yet. */
export function outgoing(
  row: OutboxRow,
  step: 'journaling' | 'ready',
  { sealedFor, isPart = false }: { readonly sealedFor?: number; readonly isPart?: boolean } = {},
): Outgoing {
  return { row, step, ref: undefined, seq: undefined, sealedFor, isPart };
}

/** Whether it is to become part of an entry. */
export function isWaiting({ row, step }: Outgoing): boolean {
  return row.form === 'update' && step !== 'sealing';
}

/** Whether it is one of the few entries that are on their way at once. */
export function isUnderWay({ row, step, isPart }: Outgoing): boolean {
  if (step === 'sealing') return true;
  return row.form === 'sealed' && step !== 'acknowledged' && !(isPart && step === 'ready');
}

/** Whether it is larger than a relay takes, and might be sealed as several that are not. */
export function isTooLarge({ row, sealedFor }: Outgoing, mostBytes: number): boolean {
  return row.bytes.length > mostBytes && (sealedFor === undefined || sealedFor > mostBytes);
}
