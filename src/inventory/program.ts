import {spawn} from 'node:child_process';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {maxInventoryBytes} from './yaml-file.ts';

/** How long a dynamic inventory may take, in milliseconds: some ask a whole cloud. */
export const programDeadlineMs = 60_000;

/**
 * What a dynamic inventory prints for `--list`. It is run as it is, without a shell, and ended at the deadline or when it prints more
 * than an inventory may have. Throws `inventory.program` with the end of what it said on stderr.
 */
export const runInventory = (path: string, deadlineMs = programDeadlineMs): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(path, ['--list'], {stdio: ['ignore', 'pipe', 'pipe'], detached: true});
    const chunks: Buffer[] = [];
    let bytes = 0;
    let said = '';
    let over: string | undefined;
    const end = (why: string): void => {
      over ??= why;
      // Its whole group: what it started goes with it.
      if (child.pid !== undefined) {
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It is gone already.
        }
      }
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const late = setTimeout(() => end(`took longer than ${deadlineMs / 1000} s and was ended`), deadlineMs);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxInventoryBytes)
        end(`printed more than ${maxInventoryBytes / 1024 / 1024} MB and was ended`);
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2000);
    });
    child.once('error', error => {
      clearTimeout(late);
      reject(failed(path, `could not be run: ${error.message}`, ''));
    });
    child.once('close', (code, signal) => {
      clearTimeout(late);
      if (over !== undefined) reject(failed(path, over, said));
      else if (code !== 0) reject(failed(path, `ended with ${code ?? signal ?? 'nothing'}`, said));
      else resolve(Buffer.concat(chunks).toString());
    });
  });

const failed = (path: string, what: string, said: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'inventory.program',
    `the dynamic inventory ${cleanLine(path, 500)} ${what}${said.trim() === '' ? '' : `: ${cleanLine(said, 400)}`}; nothing was done`,
    'run it by hand with --list and mend it, or name a file it has written',
  );
