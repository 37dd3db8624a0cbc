import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { cacheHome, inProject } from '../../scripts/places.ts';
import { waitFor } from '../app/wait-for.ts';
import { skipWithout } from './missing-program.ts';
import { freePort } from './relay-process.ts';

/** A real Caddy with the Caddyfile of this project in front of a relay. */
export interface Caddy {
  /** Where clients reach the relay: on `localhost`, never on its own address. */
  readonly url: string;
  /** PEM file of the authority of its certificate. */
  readonly authority: string;
  stop(): Promise<void>;
}

/** The program: an installed one, or Debian's package unpacked into the cache, which starts no service on anyone's computer. */
async function findCaddy(): Promise<string | undefined> {
  try {
    execFileSync('caddy', ['version'], { stdio: 'ignore' });
    return 'caddy';
  } catch {
    // Not installed.
  }
  const folder = join(cacheHome(), 'caddy');
  const program = join(folder, 'usr', 'bin', 'caddy');
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  try {
    execFileSync('sh', ['-c', 'apt-get download -q caddy && dpkg-deb -x caddy_*.deb . && rm caddy_*.deb'], {
      cwd: folder,
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  return existsSync(program) ? program : undefined;
}

/** Gives Caddy, or skips the test where there is none. */
export async function needCaddy(context: TestContext): Promise<string> {
  return (await findCaddy()) ?? skipWithout(context, 'there is no caddy here, and no package of it');
}

/** Starts it in front of a relay's port. Only the name, the port and the authority differ from what an operator runs. */
export async function startCaddy(
  program: string,
  options: { readonly folder: string; readonly relayPort: number; readonly scheme: 'http' | 'https' },
): Promise<Caddy> {
  const { folder, relayPort, scheme } = options;
  const port = await freePort();
  const url = `${scheme}://localhost:${port}`;
  const ours = await readFile(inProject('relay-server', 'deploy', 'Caddyfile'), 'utf8');
  const site = scheme === 'https' ? `${url} {\n\ttls internal` : `${url} {`;
  const changed = ours
    .replace('relay.example.org {', site)
    .replace('127.0.0.1:4040', `127.0.0.1:${relayPort}`);
  const config = join(folder, 'Caddyfile');
  const forTest = '{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n';
  await writeFile(config, forTest + changed);
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(program, ['run', '--config', config, '--adapter', 'caddyfile'], { env, cwd: folder });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const authority = join(folder, 'caddy', 'pki', 'authorities', 'local', 'root.crt');
  await waitFor(
    'Caddy to listen',
    async () => {
      if (child.exitCode !== null) throw new Error(said);
      return (scheme === 'http' || existsSync(authority)) && (await takesConnections(port));
    },
    { seen: () => said },
  );
  return {
    url,
    authority,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).then((taken) => {
    socket.destroy();
    return taken === true;
  });
}
