import {existsSync} from 'node:fs';
import {test} from 'vitest';
import {consoleOnARun, minute} from '../e2e/console-on-a-run.ts';

const here = consoleOnARun();

test(
  'a console whose terminal is closed with a host in the middle of its upgrade: it ends and frees the run, the host finishes, and the next start is at the same place',
  async () => {
    const {terminal, pid} = await here.openConsole();
    terminal.kill('SIGHUP');
    await here.until('the console has ended', () => !existsSync(`/proc/${pid}`));
    await here.sameAgain();
  },
  3 * minute,
);
