import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, type TestContext, test } from 'vitest';
import { defaultRelayConfig } from '../../relay-server/relay-config.ts';
import { inProject } from '../../scripts/places.ts';
import { RawMember } from '../relay/raw-member.ts';
import { temporaryFolder } from '../relay/temporary-folder.ts';
import { newDocument, randomEntry } from '../relay/test-document.ts';
import { skipWithout } from './missing-program.ts';
import { startRelay } from './relay-process.ts';
import { needStrace } from './strace.ts';

const unitFile = inProject('relay-server', 'deploy', 'inkroom-relay.service');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** What the checker of units prints, on both streams. */
function analyze(...args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  expect(status, stderr).toBe(0);
  return stdout + stderr;
}

function needSystemd(context: TestContext): void {
  const { error } = spawnSync('systemd-analyze', ['--version']);
  if (error !== undefined) skipWithout(context, `systemd-analyze is not here: ${error.message}`);
}

/** System calls of a set such as `@system-service`, with those of the sets in it. */
function callsIn(set: string): readonly string[] {
  const names = analyze('syscall-filter', set).split('\n').slice(1);
  return names.map((name) => name.trim()).flatMap((name) => (name.startsWith('@') ? callsIn(name) : [name]));
}

describe('the unit that runs a relay under systemd', () => {
  test('systemd finds no fault in it, and counts it among the well protected', async (context) => {
    needSystemd(context);
    const unit = join(folder.path, 'inkroom-relay.service');
    // Where Node is on this computer; everything else is as an operator installs it.
    await writeFile(unit, (await readFile(unitFile, 'utf8')).replace('/usr/bin/node', process.execPath));
    expect(analyze('verify', unit)).toBe('');
    const security = analyze('security', '--offline=true', '--no-pager', unit);
    const [, exposure = ''] =
      /Overall exposure level for inkroom-relay.service: ([\d.]+)/.exec(security) ?? [];
    expect(Number(exposure)).toBeLessThan(2);
  });

  test('[G7] it allows as many open files as the standard limits let people have connections', async () => {
    const [, files = ''] = /^LimitNOFILE=(\d+)$/m.exec(await readFile(unitFile, 'utf8')) ?? [];
    const { maxConnections, maxUnjoined } = defaultRelayConfig;
    expect(Number(files)).toBeGreaterThan(2 * (maxConnections + maxUnjoined) + 1000);
  });

  test('[G1] a relay at work makes no system call that the unit forbids', async (context) => {
    needSystemd(context);
    needStrace(context);
    const unit = await readFile(unitFile, 'utf8');
    const allowed = new Set(callsIn('@default'));
    for (const [, not, sets = ''] of unit.matchAll(/^SystemCallFilter=(~?)(.+)$/gm)) {
      for (const call of sets.split(' ').flatMap(callsIn)) {
        if (not === '~') allowed.delete(call);
        else allowed.add(call);
      }
    }
    const log = join(folder.path, 'strace.log');
    const relay = await startRelay({ data: join(folder.path, 'data'), under: ['strace', '-f', '-o', log] });
    const document = newDocument();
    const ann = await RawMember.join(relay.url, document, { create: true });
    await ann.appended(1, randomEntry());
    await ann.upload(2, randomEntry(300_000));
    await ann.ack(2);
    const bob = await RawMember.join(relay.url, document);
    await bob.liveWith(2);
    for (const member of [ann, bob]) member.close();
    expect(await relay.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    const lines = (await readFile(log, 'utf8')).split('\n');
    const made = new Set(
      lines.flatMap((line) => /^\d+ +(?:<\.\.\. )?([a-z]\w*)(?:\(| resumed)/.exec(line)?.[1] ?? []),
    );
    expect(made).toContain('fdatasync');
    expect([...made].filter((call) => !allowed.has(call))).toEqual([]);
    const families = lines.flatMap((line) => / socket\((AF_\w+)/.exec(line)?.[1] ?? []);
    const [, openFamilies = ''] = /^RestrictAddressFamilies=(.+)$/m.exec(unit) ?? [];
    expect(openFamilies.split(' ')).toEqual(expect.arrayContaining([...new Set(families)]));
  });
});
