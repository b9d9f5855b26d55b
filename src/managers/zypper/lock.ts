import type {Progress} from '../../jobs/progress.ts';
import {cleanLine} from '../../model/clean.ts';

/** What zypper ends with where another holds its lock. */
export const lockedCode = 7;

/** `System management is locked by the application with pid 324 (zypper).`, before it is tried again. */
export const waitingFor = (line: string): Progress | undefined => {
  const [, pid, name] =
    /^System management is locked by the application with pid (\d{1,9}) \((.{0,200})\)\.$/.exec(line) ?? [];
  if (pid === undefined || name === undefined) return undefined;
  return {line: cleanLine(`waiting: ${name} (pid ${pid}) holds zypper's lock`, 80)};
};
