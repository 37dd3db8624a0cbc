/** One system call of a traced process; times in seconds, bytes of what it wrote. */
export interface SystemCall {
  readonly name: string;
  /** Path or socket behind the first argument, as `strace -y` shows it. */
  readonly target: string;
  readonly bytes: Buffer;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Reads the log of `strace -f -ttt -T -y -xx`: calls in the order they ended. A call that others interrupt is on two
 * lines, `<unfinished ...>` and `<... resumed>`; it began with the first and ended with the second.
 */
export function parseStrace(log: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { readonly text: string; readonly startedAt: number }>();
  for (const line of log.split('\n')) {
    const [, pid = '', time = '', text = ''] = /^(?:\[pid +)?(\d+)\]? +(\d+\.\d+) (.*)$/u.exec(line) ?? [];
    if (pid === '') continue;
    const at = Number(time);
    if (text.endsWith('<unfinished ...>')) {
      unfinished.set(pid, { text: text.slice(0, -'<unfinished ...>'.length), startedAt: at });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/u.exec(text);
    const begun = resumed === null ? undefined : unfinished.get(pid);
    if (resumed !== null && begun === undefined) continue;
    unfinished.delete(pid);
    const whole = begun === undefined ? text : begun.text + (resumed?.[1] ?? '');
    const startedAt = begun?.startedAt ?? at;
    const [, name = '', target = ''] = /^(\w+)\(\d+<((?:[^>\\]|\\.|->)*)>/u.exec(whole) ?? [];
    if (name === '') continue;
    const [, spent] = /<(\d+\.\d+)>$/u.exec(whole) ?? [];
    const endedAt = begun === undefined ? startedAt + Number(spent ?? 0) : at;
    calls.push({ name, target: unescapeHex(target), bytes: writtenBytes(whole), startedAt, endedAt });
  }
  return calls;
}

/** The strings among a call's arguments, one after another: `-xx` shows every byte as `\\x..`. */
function writtenBytes(call: string): Buffer {
  const strings = call.match(/"(?:\\x[0-9a-f]{2})*"/gu) ?? [];
  return Buffer.from(strings.join('').replace(/[^0-9a-f]/gu, ''), 'hex');
}

function unescapeHex(text: string): string {
  return text.replaceAll(/\\x([0-9a-f]{2})/gu, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
