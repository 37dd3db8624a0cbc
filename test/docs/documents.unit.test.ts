import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { clientEvents, relayEvents } from '../../protocol/events.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { helpText, limitList, plainOptions, variableOf } from '../../relay-server/option-table.ts';
import { formatQuantity } from '../../relay-server/quantities.ts';
import { inProject } from '../../scripts/places.ts';
import { relayEnvironment, relayNodeArguments } from '../../scripts/relay-program.ts';

const read = (path: string) => readFileSync(inProject(path), 'utf8');
const readme = read('README.md');
const operating = read('docs/operating.md');
const protocol = read('docs/protocol.md');

describe('documents say what the code does', () => {
  it('every guarantee has a row, and every test it links carries its number', () => {
    const rows = [...readme.matchAll(/^\| (G\d+) \|(.+)\|$/gmu)];
    expect(rows.map(([, guarantee]) => guarantee)).toEqual(Array.from({ length: 10 }, (_, i) => `G${i + 1}`));
    for (const [, guarantee, row = ''] of rows) {
      const linked = [...row.matchAll(/\]\((test\/[^)]+)\)/gu)].map(([, path = '']) => path);
      if (!row.includes('not built yet')) expect(linked.length, guarantee).toBeGreaterThan(0);
      for (const path of linked) expect(read(path), `${guarantee} in ${path}`).toContain(`[${guarantee}]`);
    }
  });

  it('every npm script they name exists', () => {
    for (const [, script = ''] of `${readme}${operating}`.matchAll(
      /(?:npm run |`)((?:test:|bench|relay|package:)[a-z0-9:]*)/g,
    )) {
      expect(Object.keys(packageJson.scripts), script).toContain(script);
    }
  });

  it('every file and folder they link to or name exists', () => {
    const known = new Set<string>(readdirSync(inProject('.')));
    for (const [, path = ''] of readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g))
      expect(existsSync(inProject(path)), path).toBe(true);
    for (const [, path = ''] of readme.matchAll(
      /`((?:protocol|sync|relay-server|renderer|main|scripts)\/[a-z0-9./-]*)`/g,
    )) {
      expect(known, path).toContain(path.split('/')[0]);
      if (path.endsWith('.ts')) expect(() => read(path), path).not.toThrow();
    }
  });

  it('every option of the relay is in a table, and no other', () => {
    const options = (text: string) =>
      [...new Set([...text.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option))].sort();
    const rows = operating.split('\n').filter((line) => line.startsWith('| `--'));
    expect(options(rows.map((row) => row.split('|')[1]).join())).toEqual(options(helpText));
  });

  it('every option, variable and file of a server that they name exists', () => {
    const known = new Set([...Object.keys(plainOptions), ...limitList.map(({ option }) => option)]);
    const variables = [...known].map(variableOf);
    const files = ['README.md', 'docs/operating.md', 'relay-server/deploy/inkroom-relay.service'];
    const commands = /(?<!\/opt\/)(?:inkroom-relay(?:\.js)?|npm run relay --) (--.*)$/gmu;
    let options = 0;
    for (const text of files.map(read)) {
      for (const [, line = ''] of text.matchAll(commands)) {
        for (const [, option = ''] of line.split('`')[0]?.matchAll(/--([a-z-]+)/gu) ?? []) {
          options += 1;
          expect(known, line).toContain(option);
        }
      }
      for (const [variable] of text.matchAll(/\bINKROOM_(?!ELECTRON)[A-Z_]+[A-Z]/gu))
        expect(variables).toContain(variable);
      for (const [, file = ''] of text.matchAll(/\/opt\/inkroom-relay\/(deploy\/[\w.-]+)/gu))
        expect(() => read(`relay-server/${file}`), file).not.toThrow();
    }
    expect(options).toBeGreaterThan(8);
  });

  it('the service runs Node as the commands of the project do', () => {
    const service = read('relay-server/deploy/inkroom-relay.service');
    for (const [variable, value] of Object.entries(relayEnvironment))
      expect(service).toContain(`\nEnvironment=${variable}=${value}\n`);
    expect(service).toContain(`ExecStart=/usr/bin/node ${relayNodeArguments.join(' ')} /opt/`);
  });

  it('the limits of the relay are the ones on its page', () => {
    for (const { option, unit, standard } of limitList)
      expect(operating).toContain(`| \`--${option}\` | \`${formatQuantity(standard, unit)}\` |`);
  });

  it('the tables of events and the version are those of the wire', () => {
    const rows = [...protocol.matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gm)].map(([, name, code]) => [
      name,
      Number(code),
    ]);
    expect(Object.fromEntries(rows)).toEqual({ ...clientEvents, ...relayEvents });
    expect(protocol).toContain(`Version ${PROTOCOL_VERSION}.`);
  });

  it('every rule that a test names is on the page', () => {
    const tests = readdirSync(inProject('test'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.test.ts'),
    );
    const named = new Set(
      tests.flatMap((file) => [...read(`test/${file}`).matchAll(/\[([A-Z])(\d+)\]/g)].map(([rule]) => rule)),
    );
    const rules = new Set([...protocol.matchAll(/\*\*([A-Z]\d+)\*\*/g)].map(([, rule]) => `[${rule}]`));
    const guarantees = Array.from({ length: 10 }, (_, i) => `[G${i + 1}]`);
    for (const rule of named) expect([...rules, ...guarantees], rule).toContain(rule);
  });
});
