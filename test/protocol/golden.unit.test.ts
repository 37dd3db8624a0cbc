import { describe, expect, it } from 'vitest';
import {
  type ClientMessage,
  encodeClientMessage,
  parseClientMessage,
} from '../../protocol/client-messages.ts';
import { clientEvents, relayEvents } from '../../protocol/events.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { toHex } from '../../protocol/ids.ts';
import { encodeRelayMessage, parseRelayMessage, type RelayMessage } from '../../protocol/relay-messages.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import golden from './golden.json' with { type: 'json' };

/** `length` bytes that count up from `first`. */
function bytes(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (first + i) % 256);
}

const cursor = { seq: 300, mark: bytes(16, 0x10) };
const head = { seq: 301, mark: bytes(16, 0x20) };
const chunk = { total: 100_000, offset: 65_536, chunk: bytes(3, 1) };
const common = {
  version: 3,
  roomId: bytes(16, 1),
  host: 'relay.example.org:4040',
  signature: bytes(64, 0x80),
};

const clientExamples: Readonly<Record<string, ClientMessage>> = {
  'join as editor': {
    event: 'join',
    message: {
      ...common,
      keys: { role: 'edit', editPublicKey: bytes(32, 0x30), viewPublicKey: bytes(32, 0x50) },
      create: true,
      token: 'lantern',
      cursor,
      beforeSeq: 0,
    },
  },
  'join as viewer': {
    event: 'join',
    message: {
      ...common,
      keys: { role: 'view', tag: bytes(16, 0x30), viewPublicKey: bytes(32, 0x50) },
      create: false,
      token: '',
      cursor: undefined,
      beforeSeq: 300,
    },
  },
  append: { event: 'append', message: { ref: 7, entry: bytes(5, 1) } },
  upload: { event: 'upload', message: { ref: 8, kind: 'entry', ...chunk } },
  'upload of a snapshot': { event: 'upload', message: { ref: 8, kind: 'snapshot', ...chunk } },
  presence: { event: 'presence', message: { counter: 200, sealed: bytes(4, 9) } },
  confirm: { event: 'confirm', message: { bytes: 262_144 } },
  leave: { event: 'leave', message: null },
  snapshot: { event: 'snapshot', message: { ref: 9, previousSeq: 0, cursor, unopened: [3, 299] } },
  milestones: { event: 'milestones', message: { ref: 10 } },
  milestone: { event: 'milestone', message: { ref: 11, seq: 300, offset: 65_536 } },
};

const relayExamples: Readonly<Record<string, RelayMessage>> = {
  hello: {
    event: 'hello',
    message: { version: 3, nonce: bytes(32, 0), tokenRequired: false, entryBytes: 33_554_432 },
  },
  joined: {
    event: 'joined',
    message: { role: 'edit', memberId: 12, head, start: 'delta', from: cursor, streamBytes: 1000 },
  },
  entries: { event: 'entries', message: { firstSeq: 301, entries: [bytes(3, 1), bytes(200, 0)] } },
  part: { event: 'part', message: { seq: 302, ...chunk } },
  live: { event: 'live', message: head },
  ack: {
    event: 'ack',
    message: {
      acks: [
        { ref: 7, seq: 301 },
        { ref: 8, seq: 302 },
      ],
    },
  },
  peers: { event: 'peers', message: { peers: [{ memberId: 12, counter: 200, sealed: bytes(4, 9) }] } },
  left: { event: 'left', message: [12, 1000] },
  refused: { event: 'refused', message: { code: 'view-only', ref: 7, detail: 'append' } },
  'refused without a ref': {
    event: 'refused',
    message: { code: 'unknown-document', ref: undefined, detail: '' },
  },
  'snapshot-request': { event: 'snapshot-request', message: { previousSeq: 128 } },
  'snapshot-part': { event: 'snapshot-part', message: { cursor, ...chunk } },
  received: { event: 'received', message: { ref: 8, bytes: 65_536 } },
  'milestone-list': {
    event: 'milestone-list',
    message: { ref: 10, milestones: [{ cursor, createdMs: 1_750_000_000_000, bytes: 200_000 }] },
  },
  'milestone-part': { event: 'milestone-part', message: { ref: 11, cursor, ...chunk } },
};

function frames(): Record<string, string> {
  const client = Object.entries(clientExamples).map(([name, message]) => [
    name,
    toHex(encodeFrame(message.event, encodeClientMessage(message))),
  ]);
  const relay = Object.entries(relayExamples).map(([name, message]) => [
    name,
    toHex(encodeFrame(message.event, encodeRelayMessage(message))),
  ]);
  return Object.fromEntries([...client, ...relay]);
}

describe('the wire', () => {
  it('[W2] every message has the bytes of this version; if this fails by intent, bump PROTOCOL_VERSION, else revert', () => {
    expect({ version: PROTOCOL_VERSION, frames: frames() }).toEqual(golden);
  });

  it('every event has an example', () => {
    const shown = new Set(
      [...Object.values(clientExamples), ...Object.values(relayExamples)].map(({ event }) => event),
    );
    expect([...shown].sort()).toEqual([...Object.keys(clientEvents), ...Object.keys(relayEvents)].sort());
  });

  it('every message reads back as what was written', () => {
    for (const [name, sent] of Object.entries(clientExamples)) {
      expect(parseClientMessage(sent.event, encodeClientMessage(sent)), name).toEqual({
        ok: true,
        value: sent,
      });
    }
    for (const [name, sent] of Object.entries(relayExamples)) {
      expect(parseRelayMessage(sent.event, encodeRelayMessage(sent)), name).toEqual({
        ok: true,
        value: sent,
      });
    }
  });

  it('[W4] no cut, lengthened or changed payload throws or reads past its end', () => {
    let refused = 0;
    const tryOut = (parse: (payload: Uint8Array) => { readonly ok: boolean }, payload: Uint8Array) => {
      const large = new Uint8Array(payload.length + 64).fill(0xee);
      const mutants = Array.from({ length: payload.length }, (_, at) => payload.subarray(0, at));
      for (let at = 0; at < payload.length; at++) {
        for (const value of [0, 0x7f, 0x80, 0xff]) {
          const changed = payload.slice();
          changed[at] = value;
          mutants.push(changed);
        }
      }
      for (const mutant of mutants) {
        large.set(mutant, 32);
        const parsed = parse(large.subarray(32, 32 + mutant.length));
        if (!parsed.ok) refused += 1;
        expect(
          JSON.stringify(parsed, (_, value) => (value instanceof Uint8Array ? toHex(value) : value)),
        ).not.toContain('eeeeee');
        large.fill(0xee);
      }
    };
    for (const sent of Object.values(clientExamples)) {
      tryOut((payload) => parseClientMessage(sent.event, payload), encodeClientMessage(sent));
    }
    for (const sent of Object.values(relayExamples)) {
      tryOut((payload) => parseRelayMessage(sent.event, payload), encodeRelayMessage(sent));
    }
    expect(refused).toBeGreaterThan(500);
  });
});
