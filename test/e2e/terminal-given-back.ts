import {expect} from 'vitest';
import {minute} from './console-on-a-run.ts';
import type {RealTerminal} from './terminal.ts';

/** What a shell does after a console that could not end well, until the terminal is as before: nobody gives it back at the very moment of the death. */
export const waitForModes =
  '; for i in $(seq 100); do stty -a | grep -qw -e -icanon || break; sleep 0.1; done; stty -a | tr " " "\\n" | grep -x -e icanon -e echo | sort | tr "\\n" " "; echo done';

/** The terminal of a console that was killed is as before, and the shell says why it ended. */
export const expectGivenBack = async (terminal: RealTerminal): Promise<void> => {
  const screen = await terminal.until('echo icanon done', minute);
  expect(screen).toContain('the console was ended from outside or ran out of memory');
  expect(screen).not.toContain('1 Identify');
};

/** A console that a signal ended: the screen is gone, its exit code is said, the terminal is as before. */
export const expectEndedBySignal = async (
  {terminal, pid}: {terminal: RealTerminal; pid: number},
  signal: 'SIGHUP' | 'SIGTERM',
): Promise<void> => {
  process.kill(pid, signal);
  await terminal.until(/shell> *$/, minute);
  expect(terminal.screen()).not.toContain('Identify');
  terminal.send('echo "exit $?"\r');
  await terminal.until(/^exit 130$/m);
  terminal.send('stty -a | tr " " "\\n" | grep -x -e icanon -e echo | sort | tr "\\n" " "; echo done\r');
  await terminal.until('echo icanon done');
};
