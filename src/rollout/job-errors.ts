import {cleanLine, decode} from '../model/clean.ts';
import type {RunContext} from './context.ts';
import {jobOf, type Task} from './run-job.ts';

/** Why a job did not do its work, as its own script says it (`patchdeck-error WHY` in its log), in brackets; '' where it says nothing. */
export const errorsOfJob = async (context: RunContext, task: Task): Promise<string> => {
  const log = jobOf(context, task)?.log;
  if (log === undefined) return '';
  const lines = decode(await context.read(log)).split('\n');
  const errors = lines.flatMap(line => /^patchdeck-error (.+)$/.exec(line)?.[1] ?? []);
  if (errors.length === 0) return '';
  return ` (${[...new Set(errors)]
    .slice(0, 3)
    .map(error => cleanLine(error, 160))
    .join('; ')})`;
};
