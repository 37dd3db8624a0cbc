import { describe, expect, test } from 'vitest';
import { parsePayload } from '../../protocol/codec.ts';
import type { RelayEvent } from '../../protocol/events.ts';
import { malformedEvent, relayEvents } from '../../protocol/events.ts';
import { FrameDecoder } from '../../protocol/frame-parser.ts';
import { parseRelayMessage } from '../../protocol/relay-messages.ts';
import { bytes, goldenFrames, varUint } from './hostile-bytes.ts';
import { type Random, seededRandom } from './random.ts';

const frames = 10_000;
const seed = Number(process.env.SEED ?? 1);
const replay = `SEED=${seed} npx vitest run --project unit test/fuzz/hostile-relay`;
const ofRelays = [...goldenFrames.values()].filter((frame) => (frame[1] ?? 0) >= 64);

/** Ways in which a relay's frame is made wrong. */
const mutations: Readonly<Record<string, (random: Random, frame: Buffer) => Uint8Array>> = {
  'as it should be': (_, frame) => frame,
  'bits flipped': (random, frame) => {
    for (let flips = 1 + random.below(8); flips > 0; flips--) {
      const at = 2 + random.below(frame.length - 2);
      frame[at] = (frame[at] ?? 0) ^ (1 << random.below(8));
    }
    return frame;
  },
  'cut short': (random, frame) => frame.subarray(0, random.below(frame.length)),
  'more after it': (random, frame) => Buffer.concat([frame, bytes(random, 1 + random.below(200))]),
  'another event': (random, frame) => {
    frame[1] = random.pick(Object.values(relayEvents));
    return frame;
  },
  'a number raised in the middle': (random, frame) => {
    const at = 2 + random.below(frame.length - 2);
    const claim = varUint(2 ** random.below(53));
    return Buffer.concat([frame.subarray(0, at), claim, frame.subarray(at + 1)]);
  },
  'random bytes': (random) => bytes(random, random.below(400)),
  text: (random) => Buffer.from(`${random.pick(['0', '1', '2', '3', '45-', 'x'])}{"a":${random.below(99)}}`),
};

/** Bytes and elements of everything in a message; what a claim of length could have made larger than the frame. */
function sizeOf(value: unknown): { bytes: number; elements: number } {
  if (value instanceof Uint8Array) return { bytes: value.length, elements: 0 };
  if (typeof value !== 'object' || value === null) return { bytes: 0, elements: 0 };
  let total = { bytes: 0, elements: Array.isArray(value) ? value.length : 0 };
  for (const part of Object.values(value)) {
    const size = sizeOf(part);
    total = { bytes: total.bytes + size.bytes, elements: total.elements + size.elements };
  }
  return total;
}

describe('a hostile relay', () => {
  test(`[G8] ${frames} frames that a relay may send: each is read or has a reason, and none takes more than it is`, () => {
    const random = seededRandom(seed);
    const seen = new Map<string, { read: number; refused: number }>();
    for (let i = 0; i < frames; i++) {
      const [name = '', mutate] = random.pick(Object.entries(mutations));
      const frame = new Uint8Array(mutate?.(random, Buffer.from(random.pick(ofRelays))) ?? []);
      const packets: { data?: unknown }[] = [];
      new FrameDecoder()
        .on('decoded', (packet) => packets.push(packet))
        .add(name === 'text' ? Buffer.from(frame).toString('latin1') : frame);
      expect(packets, `${name}; ${replay}`).toHaveLength(1);
      const tally = seen.get(name) ?? { read: 0, refused: 0 };
      seen.set(name, tally);
      const [event, payload]: unknown[] = Array.isArray(packets[0]?.data) ? packets[0].data : [];
      if (!isRelayEvent(event) || !(payload instanceof Uint8Array)) {
        expect(name === 'text' || typeof event === 'string', `${name}; ${replay}`).toBe(true);
        tally.refused += 1;
        continue;
      }
      const parsed = parseRelayMessage(event, payload);
      if (parsed.ok) {
        const size = sizeOf(parsed.value);
        expect(size.bytes + size.elements, `${name} as ${event}; ${replay}`).toBeLessThanOrEqual(
          payload.length,
        );
        tally.read += 1;
      } else {
        expect(parsed.reason, replay).not.toBe('');
        tally.refused += 1;
      }
    }
    for (const name of Object.keys(mutations)) {
      const { read = 0, refused = 0 } = seen.get(name) ?? {};
      expect(read + refused, name).toBeGreaterThan(frames / 20);
      expect(name === 'as it should be' ? refused : Math.sign(refused), name).toBe(
        name === 'as it should be' ? 0 : 1,
      );
    }
    expect(seen.get('as it should be')?.read).toBeGreaterThan(0);
  });

  test('[G8] a claim of a million million entries or bytes costs nothing but the look at it', () => {
    for (const event of Object.keys(relayEvents).filter(isRelayEvent)) {
      for (const claim of [1e6, 2 ** 31, 2 ** 32 + 1, 2 ** 52]) {
        for (let numbers = 0; numbers < 6; numbers++) {
          const payload = new Uint8Array(
            Buffer.concat([Buffer.alloc(numbers, 1), varUint(claim), Buffer.alloc(20)]),
          );
          const parsed = parseRelayMessage(event, payload);
          if (parsed.ok) expect(sizeOf(parsed.value).elements).toBeLessThanOrEqual(payload.length);
        }
      }
    }
    expect(parsePayload(varUint(2 ** 52), (reader) => reader.bytes(2 ** 53 - 1)).ok).toBe(false);
  });
});

function isRelayEvent(event: unknown): event is RelayEvent {
  return typeof event === 'string' && event !== malformedEvent && Object.hasOwn(relayEvents, event);
}
