import type { ClientMessage } from '../protocol/client-messages.ts';
import { parseClientMessage } from '../protocol/client-messages.ts';
import { parsePayload } from '../protocol/codec.ts';
import type { ClientEvent } from '../protocol/events.ts';
import { clientEvents, malformedEvent } from '../protocol/events.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';

/** A client's message, or why it is none; `wrong-version` leaves the connection open, the others close it (rule R2). */
export type Incoming =
  | { readonly ok: true; readonly value: ClientMessage }
  | {
      readonly ok: false;
      readonly code: 'malformed' | 'too-large' | 'wrong-version';
      readonly reason: string;
    };

/** Reads an untrusted event, as the frame parser handed it over (rules W4 and J1). */
export function readClientMessage(event: string, payload: Uint8Array): Incoming {
  if (!isClientEvent(event)) {
    const reason =
      event === malformedEvent ? new TextDecoder().decode(payload) : `${event} is not sent by clients`;
    return refused(reason);
  }
  // A buffer of Node's may be part of a larger one, and its `slice` copies nothing: the parsers expect plain arrays.
  const bytes = new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
  const version = event === 'join' ? versionOf(bytes) : undefined;
  if (version !== undefined && version !== PROTOCOL_VERSION) {
    return { ok: false, code: 'wrong-version', reason: `this relay speaks version ${PROTOCOL_VERSION}` };
  }
  const parsed = parseClientMessage(event, bytes);
  return parsed.ok ? parsed : refused(`${event}: ${parsed.reason}`);
}

function isClientEvent(event: string): event is ClientEvent {
  return Object.hasOwn(clientEvents, event);
}

/** The version a join starts with, whatever follows it in that version. */
function versionOf(join: Uint8Array): number | undefined {
  const parsed = parsePayload(join, (reader) => {
    const version = reader.uint();
    reader.rest(join.length);
    return version;
  });
  return parsed.ok ? parsed.value : undefined;
}

/** Parsers say "… over N" of a length; a bound of fewer than four digits is a range of values, not a size. */
function refused(reason: string): Incoming & { ok: false } {
  return { ok: false, code: / over \d{4,}$/u.test(reason) ? 'too-large' : 'malformed', reason };
}
