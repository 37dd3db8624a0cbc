import { clientEvents, malformedEvent, relayEvents } from './events.ts';
import { limits } from './limits.ts';

/** The part of a Socket.IO packet that this parser reads and writes. */
interface Packet {
  type: number;
  nsp: string;
  data?: unknown;
  id?: number;
}

type Listener = (packet: Packet) => void;

/** Socket.IO's packet types; the numbers are its protocol's. */
const packetTypes = { connect: 0, disconnect: 1, event: 2, connectError: 4 } as const;

/** First byte of every binary frame, so that another protocol's bytes are told at once. */
const frameMagic = 0x1b;
/** Magic and code. */
export const frameHeaderBytes = 2;

const codes: ReadonlyMap<string, number> = new Map(Object.entries({ ...clientEvents, ...relayEvents }));
const names: ReadonlyMap<number, string> = new Map([...codes].map(([name, code]) => [code, name]));

/**
 * Socket.IO packets as frames (rules W1 to W4). An event of ours is one binary frame: magic, event code, payload.
 * Socket.IO's own packets (connect, disconnect, connect error) are text in its standard form.
 */
export class FrameEncoder {
  /** The frames of one packet; always exactly one. Throws for a packet that is not ours, which is a bug of the caller. */
  encode(packet: Packet): [string | Uint8Array] {
    if (packet.type === packetTypes.event) return [encodeEvent(packet.data)];
    const nsp = packet.nsp === '/' ? '' : `${packet.nsp},`;
    return [`${packet.type}${nsp}${packet.data === undefined ? '' : JSON.stringify(packet.data)}`];
  }
}

/** Reads untrusted frames. A frame that is none becomes the event `malformed` with the reason; it never throws. */
export class FrameDecoder {
  #listeners: Listener[] = [];

  /** Socket.IO listens to `decoded` only. */
  on(_event: 'decoded', listener: Listener): this {
    this.#listeners.push(listener);
    return this;
  }

  off(_event?: 'decoded', listener?: Listener): this {
    this.#listeners = listener === undefined ? [] : this.#listeners.filter((other) => other !== listener);
    return this;
  }

  removeListener(event: 'decoded', listener: Listener): this {
    return this.off(event, listener);
  }

  /** Takes one frame: text, or bytes as the runtime's transport has them. */
  add(frame: unknown): void {
    const packet = typeof frame === 'string' ? decodeText(frame) : packetOf(decodeFrame(toBytes(frame)));
    for (const listener of this.#listeners) listener(packet);
  }

  destroy(): void {
    this.#listeners = [];
  }
}

/** The parser for Socket.IO's `parser` option, on both sides. */
export const frameParser = { protocol: 5, Encoder: FrameEncoder, Decoder: FrameDecoder };

/** One event as the bytes of its frame: magic, code, payload; with `room` bytes left free in front of it. */
export function encodeFrame(event: string, payload: Uint8Array, room = 0): Uint8Array {
  const code = codes.get(event);
  if (code === undefined) throw new Error(`no event ${event}`);
  const frame = new Uint8Array(room + frameHeaderBytes + payload.length);
  frame[room] = frameMagic;
  frame[room + 1] = code;
  frame.set(payload, room + frameHeaderBytes);
  return frame;
}

function encodeEvent(data: unknown): Uint8Array {
  const [event, payload]: unknown[] = Array.isArray(data) ? data : [];
  if (typeof event !== 'string' || !(payload instanceof Uint8Array))
    throw new Error('an event is a name and bytes');
  return encodeFrame(event, payload);
}

/** An event's name and payload as a binary frame has them; of one that is none, `malformed` and the reason. */
interface FrameContent {
  readonly event: string;
  readonly payload: Uint8Array;
}

function packetOf({ event, payload }: FrameContent): Packet {
  return { type: packetTypes.event, nsp: '/', data: [event, payload] };
}

function notOurs(reason: string): FrameContent {
  return { event: malformedEvent, payload: new TextEncoder().encode(reason) };
}

function malformed(reason: string): Packet {
  return packetOf(notOurs(reason));
}

function toBytes(frame: unknown): Uint8Array | undefined {
  if (frame instanceof Uint8Array) return frame;
  return frame instanceof ArrayBuffer ? new Uint8Array(frame) : undefined;
}

/** Reads one untrusted binary frame (rules W2 to W4). It never throws; the payload is a view. */
export function decodeFrame(frame: Uint8Array | undefined): FrameContent {
  if (frame === undefined) return notOurs('neither text nor bytes');
  const event = names.get(frame[1] ?? 0);
  if (frame[0] !== frameMagic || event === undefined) return notOurs('not a frame of this protocol');
  if (frame.length > limits.payloadBytes + frameHeaderBytes)
    return notOurs(`${frame.length} bytes are over ${limits.payloadBytes + frameHeaderBytes}`);
  return { event, payload: frame.subarray(frameHeaderBytes) };
}

function decodeText(text: string): Packet {
  if (text.length > limits.textFrameBytes) return malformed('text frame too long');
  const match = /^([014])(?:(\/[^,?]*)(?:\?[^,]*)?,?)?(.*)$/su.exec(text);
  if (match === null) return malformed('not a text frame of this protocol');
  const [, type, nsp = '/', json = ''] = match;
  const packet: Packet = { type: Number(type), nsp };
  if (json === '') return packet;
  try {
    packet.data = JSON.parse(json);
  } catch {
    return malformed('not JSON');
  }
  const isObject = typeof packet.data === 'object' && packet.data !== null && !Array.isArray(packet.data);
  return isObject ? packet : malformed('not an object');
}
