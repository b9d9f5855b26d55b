import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {test} from 'vitest';
import {consoleOnARun, minute} from '../e2e/console-on-a-run.ts';
import {expectGivenBack, waitForModes} from '../e2e/terminal-given-back.ts';

const here = consoleOnARun();

/** A console with little memory, all of which goes once this file says to which of its threads. */
const hungry = (): {eat: string; env: string} => {
  const eat = join(here.folder, 'eat');
  const preload = new URL('out-of-memory.ts', import.meta.url).href;
  return {
    eat,
    env: `PATCHDECK_TEST_EAT=${eat} NODE_OPTIONS="--max-old-space-size=150 --import ${preload}"`,
  };
};

test(
  'a console that runs out of memory: the terminal is given back, the host at work finishes, and the next start is at the same place',
  async () => {
    const {eat, env} = hungry();
    const {terminal} = await here.openConsole(env, waitForModes);
    await writeFile(eat, 'main');
    await expectGivenBack(terminal);
    await here.sameAgain();
  },
  3 * minute,
);

test(
  'a console whose engine runs out of memory: it says so, leaves a clean terminal, the host at work finishes, and the next start is at the same place',
  async () => {
    const {eat, env} = hungry();
    const {terminal} = await here.openConsole(env);
    await writeFile(eat, 'engine');
    await terminal.until(/the engine stopped/, minute);
    terminal.send('q');
    await terminal.until(/shell> *$/, minute);
    await here.sameAgain();
  },
  3 * minute,
);
