/** What the relay tells the program that started it, when that is an Electron app. */
export type RelayReport =
  | { readonly type: 'listening'; readonly url: string }
  | {
      readonly type: 'failed';
      readonly reason: 'locked' | 'port-in-use' | 'error';
      readonly message: string;
    };

/** Electron's port to the process that started a utility process. */
interface ParentPort {
  postMessage(message: RelayReport): void;
  on(event: 'close', listener: () => void): void;
}

const parentCheckMs = 500;

/** Tells the parent, if it listens. */
export function reportToParent(report: RelayReport): void {
  parentPort()?.postMessage(report);
}

/** Calls `gone` once when the parent has ended. */
export function watchParent(gone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    // An orphan gets another parent; Windows keeps the number, and a signal to it fails.
    if (process.ppid !== parent || !isRunning(parent)) leave();
  }, parentCheckMs);
  timer.unref();
  let left = false;
  const leave = () => {
    if (left) return;
    left = true;
    clearInterval(timer);
    gone();
  };
  parentPort()?.on('close', leave);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function parentPort(): ParentPort | undefined {
  const { parentPort } = process as NodeJS.Process & { readonly parentPort?: ParentPort | null };
  return parentPort ?? undefined;
}
