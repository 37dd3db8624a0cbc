import type { RelayEvent } from '../../protocol/events.ts';
import { relayEvents } from '../../protocol/events.ts';
import type { RelayMessage } from '../../protocol/relay-messages.ts';
import { parseRelayMessage } from '../../protocol/relay-messages.ts';

const eventOfCode: ReadonlyMap<number, RelayEvent> = new Map(
  Object.entries(relayEvents).map(([name, code]) => [code, name as RelayEvent]),
);

/** The message in a binary frame that a relay sent. Throws where there is none: a relay sends no other. */
export function readRelayFrame(frame: Uint8Array): RelayMessage {
  const event = eventOfCode.get(frame[1] ?? 0);
  if (event === undefined) throw new Error(`the relay sent event ${frame[1]}`);
  const parsed = parseRelayMessage(event, new Uint8Array(frame.subarray(2)));
  if (!parsed.ok) throw new Error(`${event} does not parse: ${parsed.reason}`);
  return parsed.value;
}
