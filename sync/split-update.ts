import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

type Decoded = ReturnType<typeof Y.decodeUpdate>;
type Struct = Decoded['structs'][number];

/** Bytes that a client's number, clock and count of structs take at most. */
const clientHeaderBytes = 15;
/** Bytes that a piece of text takes at most beside its letters: its kind, two places, the name of what it is in. */
const structHeaderBytes = 48;
/** Bytes that a range of deletions takes at most. */
const rangeBytes = 12;

/**
 * Splits a Yjs update (V1) into updates of at most `mostBytes`, where nothing in it that cannot be split is larger. Taken in
 * this order none of them waits for a later one, and together they do what the whole does. Each is made when it is asked
 * for, so that the caller may pause between them.
 */
export function* splitUpdate(update: Uint8Array, mostBytes: number): Generator<Uint8Array, void> {
  const { structs, ds } = Y.decodeUpdate(update);
  let part = new Part();
  for (const struct of causalOrder(structs)) {
    let rest: Struct | undefined = struct;
    while (rest !== undefined) {
      const room = mostBytes - part.bytes - clientHeaderBytes - structHeaderBytes;
      const units = fittingUnits(rest, room);
      if (units === 0 && !part.isEmpty) {
        yield part.encode();
        part = new Part();
      } else {
        const [head, tail]: readonly [Struct, Struct | undefined] = cut(rest, units);
        part.addStruct(head);
        rest = tail;
      }
    }
  }
  for (const [client, ranges] of ds.clients) {
    for (const { clock, len } of ranges) {
      if (part.bytes + clientHeaderBytes + rangeBytes > mostBytes) {
        yield part.encode();
        part = new Part();
      }
      part.addRange(client, clock, len);
    }
  }
  yield part.encode();
}

/** An update that is being put together. */
class Part {
  bytes = clientHeaderBytes;
  readonly #structs = new Map<number, { readonly clock: number; count: number; readonly body: Body }>();
  readonly #ranges = new Map<number, { readonly clock: number; readonly len: number }[]>();

  get isEmpty(): boolean {
    return this.#structs.size + this.#ranges.size === 0;
  }

  addStruct(struct: Struct): void {
    const { client, clock } = struct.id;
    const known = this.#structs.get(client);
    const own = known ?? { clock, count: 0, body: new Y.UpdateEncoderV1() };
    if (known === undefined) {
      this.#structs.set(client, own);
      this.bytes += clientHeaderBytes;
    }
    const before = encoding.length(own.body.restEncoder);
    struct.write(own.body, 0);
    own.count += 1;
    this.bytes += encoding.length(own.body.restEncoder) - before;
  }

  addRange(client: number, clock: number, len: number): void {
    const known = this.#ranges.get(client);
    if (known === undefined) this.#ranges.set(client, [{ clock, len }]);
    else known.push({ clock, len });
    this.bytes += rangeBytes + (known === undefined ? clientHeaderBytes : 0);
  }

  encode(): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, this.#structs.size);
    for (const [client, { clock, count, body }] of this.#structs) {
      encoding.writeVarUint(encoder, count);
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, clock);
      encoding.writeUint8Array(encoder, body.toUint8Array());
    }
    encoding.writeVarUint(encoder, this.#ranges.size);
    for (const [client, ranges] of this.#ranges) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, ranges.length);
      for (const { clock, len } of ranges) {
        encoding.writeVarUint(encoder, clock);
        encoding.writeVarUint(encoder, len);
      }
    }
    return encoding.toUint8Array(encoder);
  }
}

type Body = InstanceType<typeof Y.UpdateEncoderV1>;

/** The same structs, each behind what it builds on, as far as that is among them. */
function* causalOrder(structs: readonly Struct[]): Generator<Struct> {
  const waiting = new Map<number, Struct[]>();
  for (const struct of structs.toReversed()) {
    const list = waiting.get(struct.id.client);
    if (list === undefined) waiting.set(struct.id.client, [struct]);
    else list.push(struct);
  }
  const nextOf = (client: number) => waiting.get(client)?.at(-1);
  const isAhead = (id: Y.ID) => (nextOf(id.client)?.id.clock ?? Number.POSITIVE_INFINITY) <= id.clock;
  for (const first of waiting.keys()) {
    const clients = [first];
    for (let client: number | undefined = first; client !== undefined; client = clients.at(-1)) {
      const struct = nextOf(client);
      const blocking = struct === undefined ? undefined : builtOn(struct).find(isAhead)?.client;
      if (struct === undefined) clients.pop();
      // What waits for each other in a circle is of no honest program; it is passed on as it is.
      else if (blocking !== undefined && !clients.includes(blocking)) clients.push(blocking);
      else {
        waiting.get(client)?.pop();
        yield struct;
        if (clients.length > 1) clients.pop();
      }
    }
  }
}

function builtOn(struct: Struct): Y.ID[] {
  if (!(struct instanceof Y.Item)) return [];
  return [struct.origin, struct.rightOrigin].filter((id) => id !== null);
}

/** How much of a struct's length takes at most `room` bytes; nothing of one that is not text and is larger. */
function fittingUnits(struct: Struct, room: number): number {
  const text = textOf(struct);
  if (text === undefined) {
    const encoder = new Y.UpdateEncoderV1();
    struct.write(encoder, 0);
    return encoding.length(encoder.restEncoder) <= room + structHeaderBytes ? struct.length : 0;
  }
  // A unit takes at most 3 bytes in UTF-8, and a pair of surrogates 4.
  if (text.length * 3 <= room) return text.length;
  let units = 0;
  for (let bytes = 0; units < text.length; ) {
    const code = text.codePointAt(units) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > room) break;
    units += code < 0x10000 ? 1 : 2;
  }
  return units;
}

/** The first `units` of a struct, and what is left of it. */
function cut(struct: Struct, units: number): readonly [Struct, Struct | undefined] {
  const text = textOf(struct);
  if (text === undefined || units === 0 || units >= text.length || !(struct instanceof Y.Item))
    return [struct, undefined];
  const { client, clock } = struct.id;
  const { origin, rightOrigin, parent, parentSub } = struct;
  const part = (id: Y.ID, left: Y.ID | null, letters: string) =>
    new Y.Item(id, null, left, null, rightOrigin, parent, parentSub, new Y.ContentString(letters));
  return [
    part(struct.id, origin, text.slice(0, units)),
    part(Y.createID(client, clock + units), Y.createID(client, clock + units - 1), text.slice(units)),
  ];
}

function textOf(struct: Struct): string | undefined {
  return struct instanceof Y.Item && struct.content instanceof Y.ContentString
    ? struct.content.str
    : undefined;
}
