import { ClassicLevel } from 'classic-level';
import * as encoding from 'lib0/encoding';
import { encodePayload, parsePayload } from '../protocol/codec.ts';
import { idBytes, toHex } from '../protocol/ids.ts';
import type { Hole, Journal, JournalChange, JournalContent, OutboxRow, UpdateRow } from './journal.ts';
import { type OpenedJournal, reopeningJournal } from './journal-reopening.ts';

type Database = ClassicLevel<string, Uint8Array>;
type Step = { type: 'put'; key: string; value: Uint8Array } | { type: 'del'; key: string };

/** Digits of a key's number, so that keys sort as numbers do. */
const keyDigits = 12;
/** Under which is kept which database this is. */
const identityKey = 'i';

/**
 * The journal of one document in a LevelDB folder of its own, for Node. Steps are synced to disk. Rejects when another
 * process has the folder open.
 */
export function levelDbJournal(folder: string): Promise<Journal> {
  return reopeningJournal(() => open(folder));
}

async function open(folder: string): Promise<OpenedJournal> {
  const database = new ClassicLevel<string, Uint8Array>(folder, {
    keyEncoding: 'utf8',
    valueEncoding: 'view',
  });
  await database.open();
  try {
    return await journalOf(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function journalOf(database: Database): Promise<OpenedJournal> {
  const identity = await identityOf(database);
  const nextKeys = { u: await lastKey(database, 'u'), o: await lastKey(database, 'o') };
  const outboxKeys = new Map<string, string>();
  for await (const [key, value] of database.iterator({ gte: 'o', lt: 'o~' }))
    outboxKeys.set(readRow(value).id, key);
  return {
    identity,
    lost: undefined,
    load: () => load(database),
    commit: async (change) => {
      const holes = change.clearHoles ? await database.keys({ gte: 'h', lt: 'h~' }).all() : [];
      const cleared = holes.map((key): Step => ({ type: 'del', key }));
      const lastKey = nextKeys.u;
      const steps = [...cleared, ...stepsOf(change, nextKeys, outboxKeys)];
      if (steps.length > 0) await database.batch(steps, { sync: true });
      return (change.addUpdates ?? []).map((_, i) => lastKey + 1 + i);
    },
    close: () => database.close(),
  };
}

async function identityOf(database: Database): Promise<string> {
  const known = await database.get(identityKey);
  if (known !== undefined) return toHex(known);
  const drawn = crypto.getRandomValues(new Uint8Array(idBytes));
  await database.put(identityKey, drawn, { sync: true });
  return toHex(drawn);
}

async function load(database: Database): Promise<JournalContent> {
  const updates: UpdateRow[] = [];
  const outbox: OutboxRow[] = [];
  const holes: Hole[] = [];
  let cursor: JournalContent['cursor'];
  for await (const [key, value] of database.iterator()) {
    switch (key[0]) {
      case 'u':
        updates.push({ key: Number(key.slice(1)), update: value });
        break;
      case 'o':
        outbox.push(readRow(value));
        break;
      case 'h':
        holes.push(readHole(Number(key.slice(1)), value));
        break;
      case identityKey:
        break;
      default:
        cursor = { seq: new DataView(value.buffer, value.byteOffset).getFloat64(0), mark: value.slice(8) };
    }
  }
  return { updates, outbox, cursor, holes };
}

function stepsOf(
  change: JournalChange,
  next: { u: number; o: number },
  outboxKeys: Map<string, string>,
): Step[] {
  const steps: Step[] = (change.removeUpdates ?? []).map((key) => ({ type: 'del', key: numbered('u', key) }));
  for (const update of change.addUpdates ?? [])
    steps.push({ type: 'put', key: numbered('u', ++next.u), value: update });
  for (const row of change.putOutbox ?? []) {
    const key = outboxKeys.get(row.id) ?? numbered('o', ++next.o);
    outboxKeys.set(row.id, key);
    steps.push({ type: 'put', key, value: writeRow(row) });
  }
  for (const id of change.removeOutbox ?? []) {
    const key = outboxKeys.get(id);
    if (key !== undefined) steps.push({ type: 'del', key });
    outboxKeys.delete(id);
  }
  if (change.cursor !== undefined) {
    const value = new Uint8Array(8 + change.cursor.mark.length);
    new DataView(value.buffer).setFloat64(0, change.cursor.seq);
    value.set(change.cursor.mark, 8);
    steps.push({ type: 'put', key: 's', value });
  }
  for (const seq of change.removeHoles ?? []) steps.push({ type: 'del', key: numbered('h', seq) });
  for (const hole of change.addHoles ?? [])
    steps.push({ type: 'put', key: numbered('h', hole.seq), value: writeHole(hole) });
  return steps;
}

async function lastKey(database: Database, table: 'u' | 'o'): Promise<number> {
  for await (const key of database.keys({ gte: table, lt: `${table}~`, reverse: true, limit: 1 }))
    return Number(key.slice(1));
  return 0;
}

function numbered(table: 'u' | 'o' | 'h', number: number): string {
  return table + String(number).padStart(keyDigits, '0');
}

function writeHole({ before, givenUpBy }: Hole): Uint8Array {
  return encodePayload((encoder) => {
    encoding.writeVarString(encoder, givenUpBy);
    encoding.writeUint8Array(encoder, before ?? new Uint8Array());
  });
}

/** What cannot be read is of a version that kept no more than the seq: it is fetched again. */
function readHole(seq: number, value: Uint8Array): Hole {
  const parsed = parsePayload(value, (reader) => ({
    givenUpBy: reader.text(100),
    before: reader.rest(idBytes),
  }));
  const { givenUpBy, before } = parsed.ok ? parsed.value : { givenUpBy: '', before: new Uint8Array() };
  return { seq, before: before.length === idBytes ? before.slice() : undefined, givenUpBy };
}

function writeRow(row: OutboxRow): Uint8Array {
  return encodePayload((encoder) => {
    encoding.writeVarString(encoder, row.id);
    encoding.writeVarUint(encoder, row.edits);
    encoding.writeVarUint(encoder, row.form === 'sealed' ? 1 : 0);
    encoding.writeUint8Array(encoder, row.bytes);
  });
}

function readRow(value: Uint8Array): OutboxRow {
  const parsed = parsePayload(value, (reader) => ({
    id: reader.text(100),
    edits: reader.uint(),
    form: reader.uint(1) === 1 ? ('sealed' as const) : ('update' as const),
    bytes: reader.rest(Number.MAX_SAFE_INTEGER),
  }));
  if (!parsed.ok) throw new Error(`the journal has a damaged outbox row: ${parsed.reason}`);
  return parsed.value;
}
