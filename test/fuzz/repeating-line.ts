import { encodeClientMessage } from '../../protocol/client-messages.ts';
import type { RelayEvent } from '../../protocol/events.ts';
import { parseRelayMessage } from '../../protocol/relay-messages.ts';
import { joinMessage } from '../../sync/join.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import type { OpenTransport, Transport } from '../../sync/transport.ts';

/**
 * An editor that only repeats: joins and appends these sealed entries of others again, duplicates and packets that come
 * late as the relay sees them. Gives the line's end, to be called when it has had its time, and how many were taken.
 */
export function repeatEntries(
  openTransport: OpenTransport,
  keys: DocumentKeys,
  entries: readonly Uint8Array[],
): { readonly taken: () => number; readonly end: () => void } {
  let taken = 0;
  const transport: Transport = openTransport('http://relay.test', {
    onMessage: (event, payload) => {
      const parsed = parseRelayMessage(event as RelayEvent, payload);
      if (!parsed.ok) throw new Error(`${event} does not parse: ${parsed.reason}`);
      const { value } = parsed;
      if (value.event === 'hello') {
        const { nonce } = value.message;
        const terms = {
          nonce,
          host: transport.host,
          token: '',
          cursor: undefined,
          beforeSeq: 0,
          create: false,
        };
        const join = joinMessage(keys, terms);
        transport.send(join.event, encodeClientMessage(join));
      } else if (value.event === 'joined') {
        entries.forEach((entry, index) => {
          const message = { ref: index + 1, entry };
          transport.send('append', encodeClientMessage({ event: 'append', message }));
        });
      } else if (value.event === 'ack') taken += value.message.acks.length;
    },
    onLost: () => {},
  });
  transport.connect();
  return { taken: () => taken, end: () => transport.disconnect() };
}
