import {test} from 'vitest';
import {consoleOnARun, minute} from '../e2e/console-on-a-run.ts';
import {expectGivenBack, waitForModes} from '../e2e/terminal-given-back.ts';

const here = consoleOnARun();

test(
  'a console that is killed with -9 with a host in the middle of its upgrade: the terminal is given back, the host finishes, and the next start is at the same place',
  async () => {
    const {terminal, pid} = await here.openConsole('', waitForModes);
    process.kill(pid, 'SIGKILL');
    await expectGivenBack(terminal);
    await here.sameAgain();
  },
  3 * minute,
);
