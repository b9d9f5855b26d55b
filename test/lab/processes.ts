import {readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {z} from 'zod';

/** A process that cannot be mistaken for a later one with its number: `start` is in clock ticks since boot. */
export const processSchema = z.object({pid: z.int().positive(), start: z.string()});
export type ProcessId = z.infer<typeof processSchema>;

/** The process as it is now; undefined when there is none (a zombie is none). Source: proc_pid_stat(5). */
export const identify = (pid: number): ProcessId | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in parentheses and may hold anything: the fields begin after the last one. Field 3 is the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const start = fields[19];
    return start === undefined || fields[0] === 'Z' ? undefined : {pid, start};
  } catch {
    return undefined;
  }
};

export const isAlive = (process: ProcessId): boolean => identify(process.pid)?.start === process.start;

/** The children of a process. */
export const childrenOf = (parent: ProcessId): ProcessId[] => {
  if (!isAlive(parent)) return [];
  try {
    const pids = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim();
    return pids
      .split(' ')
      .filter(pid => pid !== '')
      .map(pid => identify(Number(pid)))
      .filter(child => child !== undefined);
  } catch {
    return [];
  }
};

/** PID 1 of a host, as this machine sees it, below the process that keeps it booted; undefined while it is not. */
export const leaderOf = (keeper: ProcessId): ProcessId | undefined =>
  childrenOf(keeper).flatMap(childrenOf)[0];

/** Sends a signal to exactly this process; one that is gone already is no error. */
export const signal = (target: ProcessId, what: NodeJS.Signals | number): void => {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, what);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** True once all of them are gone; false when the deadline passes first. */
export const allGone = async (targets: readonly ProcessId[], deadlineMs: number): Promise<boolean> => {
  const end = Date.now() + deadlineMs;
  while (targets.some(isAlive)) {
    if (Date.now() > end) return false;
    await delay(50);
  }
  return true;
};
