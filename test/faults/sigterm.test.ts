import {test} from 'vitest';
import {consoleOnARun, minute} from '../e2e/console-on-a-run.ts';
import {expectEndedBySignal} from '../e2e/terminal-given-back.ts';

const here = consoleOnARun();

test(
  'a console that gets SIGTERM with a host in the middle of its upgrade: the terminal is as before, the host finishes, and the next start is at the same place',
  async () => {
    await expectEndedBySignal(await here.openConsole(), 'SIGTERM');
    await here.sameAgain();
  },
  3 * minute,
);
