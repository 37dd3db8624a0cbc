import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** Why bytes are not a message. Thrown by `PayloadReader` and caught by `parsePayload` only. */
class Malformed extends Error {}

/** What a parse function gives: the value, or the reason why there is none. Parsing never throws. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads fields from untrusted bytes. Every length is checked against what is there before anything is allocated:
 * lib0 makes views over the underlying buffer, which for a Node Buffer is shared with other messages.
 */
export interface PayloadReader {
  readonly left: number;
  /** A whole number from 0 to `max`, in lib0's variable-length form. */
  uint(max?: number): number;
  /** Exactly `length` bytes; a view, not a copy. */
  fixed(length: number): Uint8Array;
  /** A length and that many bytes, at most `max`; a view, not a copy. */
  bytes(max: number): Uint8Array;
  /** UTF-8 text of at most `maxChars` UTF-16 units. */
  text(maxChars: number): string;
  /** All that is left, at most `max` bytes. */
  rest(max: number): Uint8Array;
  /** What `read` gives, again and again until nothing is left. */
  all<T>(read: () => T): T[];
  /** Fails with this reason. */
  fail(reason: string): never;
}

/** Runs `read` over `payload`; whatever it cannot read, and whatever it leaves unread, is a reason. */
export function parsePayload<T>(payload: Uint8Array, read: (reader: PayloadReader) => T): Parsed<T> {
  const reader = payloadReader(payload);
  try {
    const value = read(reader);
    if (reader.left > 0) return { ok: false, reason: `${reader.left} bytes too many` };
    return { ok: true, value };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, reason: error.message };
    throw error;
  }
}

/** Writes fields in the form that `PayloadReader` reads. */
export function encodePayload(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  write(encoder);
  return encoding.toUint8Array(encoder);
}

/** The arrays one after another, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** One for all: making one costs more than reading a message, and it keeps nothing between calls. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

function payloadReader(payload: Uint8Array): PayloadReader {
  const decoder = decoding.createDecoder(payload);
  const fail = (reason: string): never => {
    throw new Malformed(reason);
  };
  const left = () => payload.length - decoder.pos;
  const fixed = (length: number) => {
    if (length > left()) fail(`${length} bytes announced, ${left()} there`);
    const view = payload.subarray(decoder.pos, decoder.pos + length);
    decoder.pos += length;
    return view;
  };
  const uint = (max = Number.MAX_SAFE_INTEGER) => {
    let value: number;
    try {
      value = decoding.readVarUint(decoder);
    } catch {
      return fail('not a number');
    }
    if (value > max) fail(`${value} is over ${max}`);
    return value;
  };
  const bytes = (max: number) => fixed(uint(max));
  return {
    get left() {
      return left();
    },
    uint,
    fixed,
    bytes,
    text: (maxChars) => {
      try {
        const text = utf8.decode(bytes(maxChars * 3));
        return text.length <= maxChars ? text : fail(`text over ${maxChars} characters`);
      } catch (error) {
        if (error instanceof Malformed) throw error;
        return fail('not UTF-8');
      }
    },
    all: (read) => {
      const values: ReturnType<typeof read>[] = [];
      while (left() > 0) values.push(read());
      return values;
    },
    rest: (max) => (left() > max ? fail(`${left()} bytes are over ${max}`) : fixed(left())),
    fail,
  };
}
