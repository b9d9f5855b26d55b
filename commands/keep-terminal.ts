import {spawn, spawnSync} from 'node:child_process';

/** Gives the terminal its modes back, leaves the second screen, shows the cursor, ends bracketed paste and a frame that was being drawn. */
const script = `
read -r _
stty "$1" <&1
printf '\\033[?2026l\\033[?2004l\\033[?1049l\\033[?25h\\033[0m\\r\\n%s\\n' "$2"`;

const sentence =
  'patchdeck: the console was ended from outside or ran out of memory; hosts at work go on by themselves, `patchdeck` opens the run at the same place';

/**
 * Gives the terminal back when this process can do so no more: out of memory, killed with -9. A shell waits on a pipe that only this
 * process holds, and acts when the pipe closes. In a session of its own, so that no key of the terminal reaches it. To be called before
 * anything is drawn; the function that is returned, and a process that exits by itself, send the shell away.
 */
export const keepTerminal = (): (() => void) => {
  const modes = spawnSync('stty', ['-g'], {stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8'});
  if (modes.status !== 0) return () => undefined;
  const child = spawn('/bin/sh', ['-c', script, 'patchdeck', modes.stdout.trim(), sentence], {
    stdio: ['pipe', 'inherit', 'ignore'],
    detached: true,
    cwd: '/',
  });
  // Without it the terminal is as it would be without this: nothing else depends on it.
  child.once('error', () => undefined);
  child.unref();
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  return leave;
};
