import {cleanLine} from '../model/clean.ts';

/** How far a line of a job's log says the work is. */
export type Progress = {percent?: number; line: string};

/** `patchdeck-progress PERCENT TEXT`: what our own payloads print. Undefined for any other line. */
export const progressOf = (line: string): Progress | undefined => {
  const match = /^patchdeck-progress (\d+) (.*)$/.exec(line);
  return match === null ? undefined : {percent: Number(match[1]), line: cleanLine(match[2] ?? '', 80)};
};
