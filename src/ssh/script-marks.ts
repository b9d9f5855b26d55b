import {clean} from '../model/clean.ts';
import type {ScriptAnswer} from './session.ts';

const stderrTail = 8 * 1024;

/** The shell reads the brackets to the end before it runs anything: a script cut short on its way runs nothing, and no child eats the rest. */
export const wrap = (text: string, nonce: string): string =>
  [
    `printf '%s\\n' BEGIN-${nonce}; printf '%s\\n' BEGIN-${nonce} >&2`,
    '(',
    text.trimEnd(),
    ') </dev/null',
    `printf '\\nEND-${nonce} %s\\n' "$?"`,
    '',
  ].join('\n');

/**
 * The same where both outputs come together: what goes to stderr waits in a file and follows. The shell ends by itself, as a terminal does not end
 * with its input.
 */
export const wrapForTerminal = (text: string, nonce: string): string =>
  [
    `errors=$(mktemp) || exit 1; printf '%s\\n' BEGIN-${nonce}`,
    '(',
    text.trimEnd(),
    ') </dev/null 2>"$errors"',
    `code=$?; printf '\\nERRORS-${nonce}\\n'; tail -c ${stderrTail} "$errors"; rm -f "$errors"`,
    `printf '\\nEND-${nonce} %s\\n' "$code"; exit`,
    '',
  ].join('\n');

export const untangle = (bytes: Uint8Array, nonce: string): Pick<ScriptAnswer, 'stdout' | 'stderr'> => {
  const both = Buffer.from(bytes);
  const mark = Buffer.from(`\nERRORS-${nonce}\n`);
  const at = both.lastIndexOf(mark);
  if (at < 0) return {stdout: both, stderr: ''};
  return {stdout: both.subarray(0, at), stderr: clean(both.subarray(at + mark.length).toString('utf8'))};
};

/** Stands on both outputs of a shell that is kept, after all that a script said. */
export const doneMark = (nonce: string): string => `\nDONE-${nonce}\n`;

/** The same input for a shell that goes on: it tells when it is done. */
export const withDoneMark = (input: string, nonce: string): string =>
  `${input}printf '\\nDONE-${nonce}\\n'; printf '\\nDONE-${nonce}\\n' >&2\n`;

/** What came on stderr after BEGIN, and before DONE; start-up files of the login shell may have written before. */
export const ownStderr = (stderr: Buffer, nonce: string): string => {
  const begin = Buffer.from(`BEGIN-${nonce}\n`);
  const at = stderr.indexOf(begin);
  const after = at < 0 ? stderr : stderr.subarray(at + begin.length);
  const end = after.indexOf(doneMark(nonce));
  const own = end < 0 ? after : after.subarray(0, end);
  return clean(own.subarray(-stderrTail).toString('utf8'));
};
