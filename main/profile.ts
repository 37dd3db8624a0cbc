import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** One person on this computer. Each profile has its own documents and settings; all share the relay under `home`. */
export interface Profile {
  readonly name: string;
  readonly home: string;
  /** Where Chromium keeps this profile's journals and settings. */
  readonly folder: string;
}

const defaultName = 'default';
/** A profile is a folder, so its name must be a plain one on every system. */
const namePattern = /^[a-z0-9][a-z0-9_-]{0,31}$/i;

/** The profile that `--profile NAME` names, or a sentence saying what is wrong with the name. */
export function profileFrom(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { readonly ok: true; readonly profile: Profile } | { readonly ok: false; readonly sentence: string } {
  const name = nameFrom(args);
  if (!namePattern.test(name)) {
    return { ok: false, sentence: '--profile takes a name of up to 32 letters, digits, "-" and "_".' };
  }
  const home = homeFolder(env);
  return { ok: true, profile: { name, home, folder: join(home, 'profiles', name.toLowerCase()) } };
}

function nameFrom(args: readonly string[]): string {
  const at = args.indexOf('--profile');
  if (at >= 0) return args[at + 1] ?? '';
  const prefix = '--profile=';
  return args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length) ?? defaultName;
}

function homeFolder(env: NodeJS.ProcessEnv): string {
  if (env.INKROOM_HOME) return resolve(env.INKROOM_HOME);
  if (process.platform === 'win32')
    return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'inkroom');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'inkroom');
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'inkroom');
}
