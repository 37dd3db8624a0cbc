import { readFile } from 'node:fs/promises';

/** Memory of a process in MiB, as the system counts it: now, or the most it had; 0 where the system has no such file. */
export async function residentMiB(pid: number, which: 'now' | 'peak' = 'now'): Promise<number> {
  const field = which === 'now' ? 'VmRSS' : 'VmHWM';
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => `${field}: 0`);
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
}
