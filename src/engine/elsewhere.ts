import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describeError} from '../model/error.ts';
import type {Body} from '../record/event.ts';

/**
 * Keeps what could not be recorded beside the state directory, for people: nothing reads it, and the next console asks the hosts. Written
 * at once and in one call each, as it is the last thing that may still work; where it does not, it is said whole.
 */
export const createElsewhere = (run: string, say: (text: string) => void): ((body: Body) => void) => {
  const path = join(tmpdir(), `patchdeck-${run}-not-recorded-${randomBytes(4).toString('hex')}.jsonl`);
  let begun = false;
  return body => {
    const text = JSON.stringify(body);
    try {
      writeFileSync(path, `${text}\n`, {mode: 0o600, flag: begun ? 'a' : 'wx', flush: true});
      if (!begun) say(`what could not be recorded is in ${path}`);
      begun = true;
    } catch (error) {
      say(
        `what could not be recorded could not be written to ${path} either (${describeError(error)}): ${text}`,
      );
    }
  };
};
