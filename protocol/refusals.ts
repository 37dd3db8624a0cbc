/** What a client does after a refusal: try again by itself, wait for the person, or give up on this document here. */
export type AfterRefusal = 'retry' | 'ask' | 'stop';

/**
 * Every refusal a relay sends: its code on the wire, a sentence for people and what follows from it.
 * A client that meets a code it does not know treats it as `stop` and shows the relay's detail.
 */
export const refusals = {
  malformed: { sentence: 'The relay could not read a message from this program.', after: 'stop' },
  'too-large': { sentence: 'This change is larger than the relay accepts.', after: 'stop' },
  'too-fast': { sentence: 'Too many messages at once. The relay asks for a pause.', after: 'retry' },
  'wrong-version': {
    sentence: 'The relay speaks another version of the protocol. One of the two needs an update.',
    after: 'stop',
  },
  'wrong-state': { sentence: 'The relay did not expect this message now.', after: 'retry' },
  'wrong-host': { sentence: 'The relay does not answer under this address.', after: 'stop' },
  'bad-proof': { sentence: 'The relay does not accept this document ID.', after: 'stop' },
  'token-required': { sentence: 'This relay is private and asks for an access token.', after: 'ask' },
  'unknown-document': { sentence: 'No such document on this relay.', after: 'stop' },
  deleted: { sentence: 'This document was deleted.', after: 'stop' },
  'view-only': { sentence: 'This document ID can only view.', after: 'stop' },
  'needs-snapshot': {
    sentence: 'The log of this document is full until an editor compacts it.',
    after: 'retry',
  },
  'snapshot-outdated': {
    sentence: 'Another editor has compacted this document meanwhile.',
    after: 'retry',
  },
  'unreadable-snapshot': {
    sentence: 'The compacted document on the relay does not open. It waits for an editor who has the text.',
    after: 'retry',
  },
  'no-such-milestone': { sentence: 'The relay does not keep this older state.', after: 'ask' },
  'rejoin-first': { sentence: 'An earlier change was refused; the connection starts anew.', after: 'retry' },
  'disk-full': {
    sentence: 'The relay has no room left on its disk. Changes stay safe on this computer.',
    after: 'retry',
  },
  'store-failed': {
    sentence: 'The relay could not write to its disk. Changes stay safe on this computer.',
    after: 'retry',
  },
  'too-busy': { sentence: 'The relay has no room for more just now.', after: 'retry' },
  unsupported: { sentence: 'The relay cannot do this yet.', after: 'stop' },
  closing: { sentence: 'The relay is shutting down.', after: 'retry' },
} as const satisfies Record<string, { readonly sentence: string; readonly after: AfterRefusal }>;

/** The code of a refusal, as on the wire. */
export type RefusalCode = keyof typeof refusals;

/** Whether a text from the wire is a code of this version. */
export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(refusals, code);
}
