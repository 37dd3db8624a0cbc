import type { RefusalCode } from '../protocol/refusals.ts';
import type { MemberLink } from './member-link.ts';

/** What a membership asks of the connection it belongs to. */
export interface MembershipOwner {
  readonly link: MemberLink;
  /** Refuses an append or upload; later ones are refused until the next join (rule A4). */
  refuseAppend(code: RefusalCode, ref: number, detail: string): void;
  /** Refuses something else; nothing follows from it. */
  refuse(code: RefusalCode, detail: string, ref?: number): void;
  refuseAndClose(code: RefusalCode, detail: string): void;
  /** The stream cannot go on: the member leaves and has to join again. `rejoin-first` is nothing to warn of. */
  lostStream(code: 'store-failed' | 'rejoin-first', detail: string): void;
  /** The relay holds an append of this connection with this many bytes in memory, until `appendReleased`. */
  appendHeld(bytes: number): void;
  appendReleased(bytes: number): void;
}
