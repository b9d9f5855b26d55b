import {expect} from 'vitest';
import {resultOf, type CommandResult, type Ended} from './program.ts';

/** A line of a stack trace, or what Node says of something that nobody caught. */
const trace = /^\s+at .+[:(]\d|node:internal|Unhandled|a fault of patchdeck/m;
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

/** Nothing of a program's insides, and nothing that steers a terminal, is in what it printed. */
export const expectFitForPeople = ({stdout, stderr}: Ended): void => {
  expect(stderr).not.toMatch(trace);
  expect(stdout).not.toMatch(trace);
  expect(stderr).not.toMatch(control);
  expect(stdout).not.toMatch(control);
};

/**
 * A command with --json that refused: its exit code, the code of its first problem, what its sentence says and what is to be done next, on
 * stderr for people and in the result for scripts.
 */
export const expectRefusal = (
  ended: Ended,
  wanted: {exit: number; code: string; says: readonly RegExp[]; next: RegExp; host?: string},
): CommandResult => {
  expectFitForPeople(ended);
  const result = resultOf(ended);
  const problem =
    wanted.host === undefined ? result.problems[0] : result.problems.find(item => item.host === wanted.host);
  expect({exit: ended.exit, said: result.exit, code: problem?.code}).toEqual({
    exit: wanted.exit,
    said: wanted.exit,
    code: wanted.code,
  });
  for (const sentence of wanted.says) {
    expect(problem?.what).toMatch(sentence);
    expect(ended.stderr).toMatch(sentence);
  }
  expect(problem?.next).toMatch(wanted.next);
  expect(ended.stderr).toContain(`next: ${problem?.next ?? ''}`);
  return result;
};
