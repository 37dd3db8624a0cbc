import { describe, expect, it } from 'vitest';
import { FrameDecoder, FrameEncoder } from '../../protocol/frame-parser.ts';
import { limits } from '../../protocol/limits.ts';

function decode(frame: unknown): unknown {
  const decoder = new FrameDecoder();
  let decoded: unknown;
  decoder.on('decoded', (packet) => {
    decoded = packet;
  });
  decoder.add(frame);
  return decoded;
}

/** The reason why a frame is none. */
function reasonFor(frame: unknown): string {
  const packet = decode(frame) as { data: [string, Uint8Array] };
  expect(packet.data[0]).toBe('malformed');
  return new TextDecoder().decode(packet.data[1]);
}

describe('frames', () => {
  it('[W2] an event crosses as one binary frame, also as an ArrayBuffer', () => {
    const payload = new Uint8Array([1, 2, 3]);
    const [frame] = new FrameEncoder().encode({ type: 2, nsp: '/', data: ['append', payload] });
    expect(frame).toEqual(new Uint8Array([0x1b, 2, 1, 2, 3]));
    const expected = { type: 2, nsp: '/', data: ['append', payload] };
    expect(decode(frame)).toEqual(expected);
    expect(decode(Uint8Array.from(frame as Uint8Array).buffer)).toEqual(expected);
  });

  it("[W3] Socket.IO's own packets cross as its text", () => {
    for (const packet of [
      { type: 0, nsp: '/', data: { sid: 'x' } },
      { type: 0, nsp: '/' },
      { type: 1, nsp: '/operator' },
      { type: 4, nsp: '/operator', data: { message: 'no' } },
    ]) {
      const [frame] = new FrameEncoder().encode(packet);
      expect(typeof frame).toBe('string');
      expect(decode(frame)).toEqual(packet);
    }
  });

  it('[W4] everything else is malformed, with a reason', () => {
    expect(reasonFor('2["append",{}]')).toContain('text frame');
    expect(reasonFor('51-["append",{"_placeholder":true,"num":0}]')).toContain('text frame');
    expect(reasonFor('0{"a":')).toContain('JSON');
    expect(reasonFor('0[[[[]]]]')).toContain('object');
    expect(reasonFor(`0{"a":"${'x'.repeat(limits.textFrameBytes)}"}`)).toContain('long');
    expect(reasonFor(new Uint8Array([0x1b]))).toContain('protocol');
    expect(reasonFor(new Uint8Array([0x1b, 255, 1]))).toContain('protocol');
    expect(reasonFor(new Uint8Array([0x00, 2, 1]))).toContain('protocol');
    expect(reasonFor(new Uint8Array(limits.payloadBytes + 10).fill(2).fill(0x1b, 0, 1))).toContain('over');
    expect(reasonFor(undefined)).toContain('neither');
  });
});
