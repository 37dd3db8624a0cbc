import { limits } from '../../protocol/limits.ts';
import { opcodes, RawWebSocket, webSocketFrame } from '../relay/raw-web-socket.ts';
import { bytes, type HostileClass, text } from './hostile-bytes.ts';
import { ending } from './hostile-frames.ts';
import type { Carrier } from './hostile-run.ts';

/** Text, in the layers of Socket.IO and engine.io. */
export const texts = {
  'text of no protocol': {
    expected: ['malformed'],
    make: ({ random }) =>
      text(`4${random.pick(['2', '3', '5', '6', 'x', '{}', ''])}${'z'.repeat(random.below(50))}`),
  },
  'an event of Socket.IO': { expected: ['malformed'], make: () => text('42["append",{"a":[[[[]]]]}]') },
  'an event with an answer wanted': { expected: ['malformed'], make: () => text('4213["append"]') },
  'a placeholder for bytes': {
    expected: ['malformed'],
    make: ({ random }) => text(`45${random.below(1e9)}-["x",{"_placeholder":true,"num":${random.below(9)}}]`),
  },
  'a long text': { expected: ['malformed'], make: () => text(`40${'x'.repeat(limits.textFrameBytes)}`) },
  'a second connect': { expected: ['closed'], make: () => text('40') },
  'a connect error': { expected: ['closed'], make: () => text('44{"message":"x"}') },
  'a disconnect, and then more': { expected: ['closed'], make: () => text('41') },
  'a ping of engine.io': { expected: ['closed'], make: () => text('2') },
  'a packet engine.io does not know': {
    expected: ['closed'],
    make: ({ random }) => text(random.pick(['9', 'x', '{', ''])),
  },
  'packets of engine.io at the wrong time': {
    expected: ['nothing'],
    make: ({ random }) => text(random.pick(['0{"sid":"x"}', '1', '3', '5', '6'])),
  },
} as const satisfies Record<string, HostileClass>;

/** Bytes in the layer of WebSocket itself. */
const frames = {
  'bytes that are no frame of WebSocket': {
    expected: ['closed'],
    make: ({ random }) => Buffer.concat([Buffer.of(0xf0 | random.below(16), 0x80), bytes(random, 40)]),
  },
  'a frame without its mask': { expected: ['closed'], make: () => Buffer.of(0x82, 2, 0x1b, 6) },
  'a frame that claims more than a message may have': {
    expected: ['closed'],
    make: ({ random }) =>
      webSocketFrame(
        opcodes.binary,
        bytes(random, 9),
        true,
        limits.transportBytes + 1 + random.below(2 ** 40),
      ),
  },
  'a continuation of nothing': {
    expected: ['closed'],
    make: () => webSocketFrame(opcodes.continuation, Buffer.of(1)),
  },
  'text that is not UTF-8': {
    expected: ['closed'],
    make: () => webSocketFrame(opcodes.text, Buffer.of(0x34, 0xff, 0xfe, 0xc0)),
  },
} as const satisfies Record<string, HostileClass>;

/** Attacks over WebSocket. */
export const overWebSocket: Carrier<RawWebSocket> = {
  open: (url, headers) => RawWebSocket.greeted(url, headers),
  last: { ...ending, ...texts, ...frames },
};
