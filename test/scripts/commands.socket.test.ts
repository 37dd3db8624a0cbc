import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inProject, projectRoot } from '../../scripts/places.ts';
import { waitFor } from '../app/wait-for.ts';
import { freePort } from '../processes/relay-process.ts';

describe('commands of the README', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  const said: string[] = [];
  const saidOnStdout: string[] = [];

  const runNpm = (args: readonly string[], env: NodeJS.ProcessEnv, cwd = projectRoot) => {
    const npm = spawn('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = npm;
    createInterface({ input: npm.stderr }).on('line', (line) => said.push(line));
    createInterface({ input: npm.stdout }).on('line', (line) => {
      said.push(line);
      saidOnStdout.push(line);
    });
    return npm;
  };
  /** The project as a fresh clone has it after `npm install`: with nothing built. */
  const freshClone = async () => {
    const clone = join(folder, 'clone');
    const own = [
      'main',
      'protocol',
      'relay-server',
      'renderer',
      'scripts',
      'sync',
      'package.json',
      'tsconfig.json',
    ];
    for (const name of own) await cp(inProject(name), join(clone, name), { recursive: true });
    await symlink(inProject('node_modules'), join(clone, 'node_modules'), 'junction');
    return clone;
  };
  /** The page at an address, once a program serves it. */
  const pageAt = (url: string) =>
    waitFor(
      `a page at ${url}`,
      async () => {
        const answer = await fetch(url);
        return answer.ok ? answer.text() : undefined;
      },
      { deadlineMs: 60_000, seen: () => said.join('\n') },
    );

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inkroom-commands-'));
    said.length = 0;
    saidOnStdout.length = 0;
  });
  afterEach(async () => {
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('npm run relay of a fresh clone prints one line with its URL on stdout, serves the web editor, and ends with 0 on SIGTERM', async () => {
    const port = await freePort();
    const relay = runNpm(
      ['run', '--silent', 'relay', '--', '--port', String(port), '--data', join(folder, 'data')],
      process.env,
      await freshClone(),
    );
    expect(await pageAt(`http://127.0.0.1:${port}/`)).toContain('<title>Inkroom');
    expect(said.join('\n'), 'it was built').toContain('build: dist/renderer');
    expect(saidOnStdout).toEqual([
      `Inkroom relay listening on http://127.0.0.1:${port} (data in ${join(folder, 'data')})`,
    ]);
    const gone = once(relay, 'exit');
    relay.kill('SIGTERM');
    expect(await gone).toEqual([0, null]);
  });

  it('npm start without a display says so and serves the same editor as a web page', async () => {
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
    const port = await freePort();
    runNpm(['run', '--silent', 'start'], { ...env, INKROOM_HOME: folder, INKROOM_WEB_PORT: String(port) });
    expect(await pageAt(`http://127.0.0.1:${port}/`)).toContain('<title>Inkroom');
    expect(said.join('\n')).toContain('no display');
    expect(said.join('\n')).toContain(`http://localhost:${port}/`);
  });

  it('npm start of a second profile without a display points at the page that is served already, and ends with 0', async () => {
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
    const port = await freePort();
    const home = { ...env, INKROOM_HOME: folder, INKROOM_WEB_PORT: String(port) };
    const first = runNpm(['run', '--silent', 'start'], home);
    await pageAt(`http://127.0.0.1:${port}/`);
    said.length = 0;
    const second = runNpm(['run', '--silent', 'start', '--', '--profile', 'berta'], home);
    child = first;
    expect(await once(second, 'exit')).toEqual([0, null]);
    await waitFor('its last line', () => said.some((line) => line.includes('serves the page already')), {
      seen: () => said.join('\n'),
    });
    expect(said.join('\n')).toContain(`http://localhost:${port}/`);
    expect(first.exitCode).toBeNull();
  });
});
