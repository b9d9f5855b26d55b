import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {PatchdeckError} from '../../src/model/error.ts';

/** One for the machine, not one for each lab folder: interfaces and network namespaces are the machine's. */
const lockFile = '/run/lock/patchdeck-lab.lock';

/**
 * Does the work while no other invocation of the lab changes anything, with the file modes that a system has whatever
 * umask the caller has. The lock is held by a child on a pipe, so
 * it frees itself however this process ends. Throws `lab.busy` after ten minutes of waiting.
 */
export const withLock = async <T>(work: () => Promise<T>): Promise<T> => {
  const holder = spawn(
    'flock',
    ['-x', '-w', '600', '-E', '75', lockFile, 'sh', '-c', 'echo held; exec cat'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(holder, 'close');
  const first: unknown[] = await Promise.race([once(holder.stdout, 'data'), ended]);
  if (!Buffer.isBuffer(first[0]))
    throw new PatchdeckError(
      'busy',
      'lab.busy',
      `Another invocation of the lab holds ${lockFile} for ten minutes. Nothing was done.`,
      `See who it is: fuser -v ${lockFile}`,
    );
  const umask = process.umask(0o022);
  try {
    return await work();
  } finally {
    process.umask(umask);
    holder.stdin.end();
    await ended;
  }
};
