import { setTimeout as delay } from 'node:timers/promises';
import { utilityProcess } from 'electron';

/** How a relay process began: it listens, it says why it cannot, or it ended without a word. */
export type RelayStart =
  | { readonly type: 'listening'; readonly url: string }
  | {
      readonly type: 'failed';
      readonly reason: 'locked' | 'port-in-use' | 'error';
      readonly message: string;
    };

/** A relay process that belongs to this one. */
export interface RelayChild {
  readonly started: Promise<RelayStart>;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Lets it finish its writes and end; ends it by force if it does not. */
  stop(): Promise<void>;
}

/** With which the relay ends when another one has its data folder. */
const lockedExitCode = 3;
/** Time for the last writes of a relay that was asked to end. */
const graceMs = 5000;

/** Starts the relay as a process of its own. */
export function forkRelay(program: string, args: readonly string[]): RelayChild {
  const child = utilityProcess.fork(program, [...args], { serviceName: 'Inkroom relay', stdio: 'inherit' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const started = new Promise<RelayStart>((resolve) => {
    child.on('message', (message: unknown) => {
      const start = parseStart(message);
      if (start !== undefined) resolve(start);
    });
    child.once('exit', (code) => {
      const reason = code === lockedExitCode ? 'locked' : 'error';
      resolve({ type: 'failed', reason, message: `The relay ended with code ${code}.` });
    });
  });
  return {
    started,
    ended,
    stop: async () => {
      const { pid } = child;
      child.kill();
      const stopped = await Promise.race([ended.then(() => true), delay(graceMs, false)]);
      if (!stopped && pid !== undefined) process.kill(pid, 'SIGKILL');
      await ended;
    },
  };
}

function parseStart(message: unknown): RelayStart | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  if (message.type === 'listening' && 'url' in message && typeof message.url === 'string') {
    return { type: 'listening', url: message.url };
  }
  if (message.type !== 'failed' || !('reason' in message)) return undefined;
  const reason = message.reason === 'locked' || message.reason === 'port-in-use' ? message.reason : 'error';
  return { type: 'failed', reason, message: 'message' in message ? String(message.message) : '' };
}
