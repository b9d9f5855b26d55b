import {cleanLine} from '../model/clean.ts';

/** How far a line of a job's log says the work is. */
export type Progress = {percent?: number; line: string};

/** `patchdeck-progress PERCENT TEXT` and `patchdeck-waiting TEXT`: what our own payloads print. Undefined for any other line. */
export const progressOf = (line: string): Progress | undefined => {
  const waiting = /^patchdeck-waiting (.*)$/.exec(line)?.[1];
  if (waiting !== undefined) return {line: cleanLine(`waiting: ${waiting}`, 80)};
  const match = /^patchdeck-progress (\d+) (.*)$/.exec(line);
  return match === null ? undefined : {percent: Number(match[1]), line: cleanLine(match[2] ?? '', 80)};
};
