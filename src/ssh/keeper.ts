import {spawn, type ChildProcess} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {Socket} from 'node:net';
import {join} from 'node:path';

/** Ends what a console started once the console is gone, however it went: also by a signal that cannot be caught, and from a worker thread. */
export type Keeper = {
  /** Ends everything now; resolves when the folder is gone. */
  close(): Promise<void>;
};

const pidFile = 'pid';
const script = `
read -r _
for file in "$1"/*/${pidFile}; do [ -e "$file" ] && kill "$(cat "$file")"; done
rm -rf -- "$1"`;

/**
 * A shell that waits on a pipe which only this process holds. When the pipe closes it ends the processes whose ids lie in the folder, and
 * removes it. In a session of its own, so that Ctrl-C does not end it first.
 */
export const startKeeper = (folder: string): Keeper => {
  const child = spawn('/bin/sh', ['-c', script, 'patchdeck', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  const gone = new Promise<void>(resolve => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  // It waits for us, never we for it.
  child.unref();
  child.stdin.on('error', () => undefined);
  if (child.stdin instanceof Socket) child.stdin.unref();
  return {
    close: async () => {
      child.ref();
      child.stdin.end();
      await gone;
    },
  };
};

/** Lets a process end with the console. `ownFolder` is one inside of the keeper's, and is removed when the process is gone. */
export const endWithConsole = (child: ChildProcess, ownFolder: string): void => {
  if (child.pid !== undefined) writeFileSync(join(ownFolder, pidFile), `${child.pid}\n`, {mode: 0o600});
};
