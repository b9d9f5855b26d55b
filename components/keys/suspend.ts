import process from 'node:process';
import type {SuspendTerminal} from 'ink';

/**
 * Gives the terminal back to the shell until `fg`. Stops the whole process group: with the single process the shell
 * does not notice, and the terminal hangs.
 */
export const suspend = async (suspendTerminal: SuspendTerminal): Promise<void> =>
  suspendTerminal(
    () =>
      new Promise<void>(resolve => {
        process.once('SIGCONT', resolve);
        process.kill(0, 'SIGTSTP');
      }),
  );
