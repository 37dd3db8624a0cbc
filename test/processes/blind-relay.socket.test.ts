import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDocument } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';
import { TappedLine } from './tapped-line.ts';

const secrets = {
  text: 'The ferry has been late on nineteen of the last thirty mornings',
  title: 'Letter to the harbour board',
  name: 'Mira Rasmussen-Okonkwo',
};

/** The ways in which a text may stand in bytes: UTF-8, UTF-16 both ways round, base64 of UTF-8 at each of its three offsets. */
function formsOf(text: string): readonly Buffer[] {
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(text, 'utf16le');
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), utf8]).toString('base64');
    return Buffer.from(encoded.slice(4, -4));
  });
  return [utf8, utf16, Buffer.from(utf16).swap16(), ...base64];
}

/** Everything that inflates from anywhere in the first bytes of a record, at least a few characters of it. */
function* inflations(record: Buffer): Generator<Buffer> {
  for (let at = 0; at < record.length; at++) {
    try {
      const inflated = inflateRawSync(record.subarray(at), { maxOutputLength: 1024 * 1024, finishFlush: 2 });
      if (inflated.length > 16) yield inflated;
    } catch {
      // Not deflated from here.
    }
  }
}

/** The records, and what stands in base64 in them: long-polling carries binary messages so. */
function withBase64Decoded(records: readonly Buffer[]): readonly Buffer[] {
  const decoded = records.flatMap((record) =>
    [...record.toString('latin1').matchAll(/b([A-Za-z0-9+/]{16,}={0,2})/g)].map(([, run = '']) =>
      Buffer.from(run, 'base64'),
    ),
  );
  return [...records, ...decoded];
}

function found(records: readonly Buffer[]): string[] {
  const hits: string[] = [];
  for (const [what, text] of Object.entries(secrets)) {
    const forms = formsOf(text);
    for (const record of withBase64Decoded(records)) {
      if (forms.some((form) => record.includes(form))) hits.push(what);
      for (const inflated of inflations(record))
        if (forms.some((form) => inflated.includes(form))) hits.push(`${what}, inflated`);
    }
  }
  return hits;
}

describe('what a relay gets to see', () => {
  let data: string;
  let relay: RelayProcess;
  let line: TappedLine;

  for (const transport of ['websocket', 'polling'] as const) {
    describe(`over ${transport}`, () => {
      beforeEach(async () => {
        data = await mkdtemp(join(tmpdir(), 'inkroom-blind-'));
        relay = await startRelay({ data, args: transport === 'polling' ? ['--polling-only'] : [] });
        line = await TappedLine.before(relay.url);
      });
      afterEach(async () => {
        line.close();
        await relay.kill('SIGKILL');
        await rm(data, { recursive: true, force: true });
      });

      it('[G5] neither its disk nor its sockets contain text, title or names, in any form', async () => {
        const options = { relayUrl: line.url, name: secrets.name };
        const writer = await openDocument({ ...options, document: 'new' });
        await writer.whenLive();
        writer.meta.set('title', secrets.title);
        for (const letter of `${secrets.text}. `) writer.text.insert(writer.text.length, letter);
        writer.text.insert(0, `${secrets.text}. `.repeat(40));
        writer.awareness.setLocalStateField('cursor', { anchor: null, head: null });
        await writer.whenSaved();
        const reader = await openDocument({ ...options, document: writer.keys.viewId });
        await reader.whenLive();
        expect(reader.text.toString()).toBe(writer.text.toString());
        await waitFor('the reader to see the writer', () => reader.awareness.getStates().size === 2);
        await Promise.all([reader.close(), writer.close()]);
        await relay.kill('SIGTERM');

        const files = await readdir(data, { recursive: true, withFileTypes: true });
        const disk = await Promise.all(
          // The reserve is 16 MiB of random bytes from before anyone came: inflating it from everywhere would take hours.
          files
            .filter((file) => file.isFile() && file.name !== 'reserve')
            .map((file) => readFile(join(file.parentPath, file.name))),
        );
        expect(Buffer.concat(disk).length).toBeGreaterThan(500);
        expect(Buffer.concat(line.crossed).length).toBeGreaterThan(3000);
        expect(found([...disk, ...line.crossed])).toEqual([]);
      });
    });
  }

  it('the search finds each form it looks for, so that finding nothing means something', async () => {
    const { deflateRawSync } = await import('node:zlib');
    const around = (bytes: Buffer) => Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
    for (const form of [...formsOf(secrets.text), deflateRawSync(Buffer.from(secrets.text.repeat(3)))]) {
      expect(found([around(form)])).not.toEqual([]);
    }
  });
});
