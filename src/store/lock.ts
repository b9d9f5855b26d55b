import {spawn} from 'node:child_process';
import {constants, readlinkSync} from 'node:fs';
import {unlink, type FileHandle} from 'node:fs/promises';
import {hostname, userInfo} from 'node:os';
import {z} from 'zod';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {jsonWithin} from '../model/json.ts';
import {openOwn} from './own-file.ts';
import {readDurable, writeAll} from './durable-file.ts';
import {systemCode} from './store-error.ts';

const shown = z.string().transform(text => cleanLine(text, 80));
const ownerSchema = z.object({pid: z.int(), host: shown, user: shown, since: shown, tty: shown.optional()});
/** Who holds a lock: for people, never to decide whether it is held. */
export type LockOwner = {pid: number; host: string; user: string; since: string; tty?: string | undefined};

export type Lock = {release(): Promise<void>};

/** What flock(1) is told to exit with when somebody else has the lock. */
const heldExit = 75;

/**
 * Takes a lock that frees itself however this process ends, `kill -9` included: flock(1) locks a file that is open here, and such
 * a lock goes with the open file. Waits up to `waitMs`. `heldBy` is undefined when the holder has not said who it is.
 * Throws `store.no-flock` where util-linux is missing, `store.foreign`, `store.lock-failed`.
 */
export const acquireLock = async (
  path: string,
  about: LockOwner,
  waitMs = 0,
): Promise<Lock | {heldBy: LockOwner | undefined}> => {
  const handle = await openOwn(path, constants.O_RDWR | constants.O_CREAT);
  if (handle === undefined) throw lockFailed(path, 'its directory is gone');
  const exit = await flock(path, handle, waitMs).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  if (exit === heldExit) {
    await handle.close();
    return {heldBy: await readOwner(path)};
  }
  if (exit !== 0) {
    await handle.close();
    throw lockFailed(path, `flock ended with ${exit}`);
  }
  await tell(path, about);
  held.add(handle);
  return {
    release: async () => {
      // While the lock is held, so that nobody else's name is removed.
      await unlink(ownerFile(path)).catch(() => undefined);
      held.delete(handle);
      await handle.close();
    },
  };
};

/** This process, as others are told who holds a lock. */
export const thisConsole = (now: number): LockOwner => ({
  pid: process.pid,
  host: hostname(),
  user: userName(),
  since: new Date(now).toISOString(),
  ...terminal(),
});

const terminal = (): {tty?: string} => {
  try {
    const tty = readlinkSync('/proc/self/fd/0');
    return tty.startsWith('/dev/') && tty !== '/dev/null' ? {tty} : {};
  } catch {
    return {};
  }
};

/** Who holds the lock, as far as they said. Tolerant: it is only shown. */
export const readOwner = async (path: string): Promise<LockOwner | undefined> => {
  try {
    const bytes = await readDurable(ownerFile(path), {maxBytes: 4096});
    return bytes === undefined
      ? undefined
      : ownerSchema.parse(jsonWithin(bytes, {maxBytes: 4096, maxDepth: 3}));
  } catch {
    return undefined;
  }
};

// A handle that nothing refers to is closed by the garbage collector, and its lock with it.
const held = new Set<FileHandle>();

const ownerFile = (path: string): string => `${path}.owner`;

/** Exit code of flock(1) on the open file, which the child gets as its descriptor 3 and shares with this process. */
const flock = (path: string, handle: FileHandle, waitMs: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const waiting = waitMs === 0 ? ['-n'] : ['-w', String(waitMs / 1000)];
    // Detached: a Ctrl-C in the terminal is not for it.
    const child = spawn('flock', ['-x', ...waiting, '-E', String(heldExit), '3'], {
      stdio: ['ignore', 'ignore', 'ignore', handle.fd],
      detached: true,
    });
    child.once('error', error => {
      reject(systemCode(error) === 'ENOENT' ? noFlock() : lockFailed(path, error.message));
    });
    child.once('exit', code => resolve(code ?? -1));
  });

/** A user without an entry in the user database has only a number. */
const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
};

const tell = async (path: string, about: LockOwner): Promise<void> => {
  const handle = await openOwn(ownerFile(path), constants.O_WRONLY | constants.O_CREAT);
  if (handle === undefined) return;
  try {
    await handle.truncate(0);
    await writeAll(handle, new TextEncoder().encode(`${JSON.stringify(about)}\n`), 0);
  } catch {
    // A full disk must not keep anybody from looking at a run: the lock holds without its owner's name.
  } finally {
    await handle.close();
  }
};

const noFlock = (): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.no-flock',
    'the program flock is not on this machine, and without it two consoles could write one run; nothing was opened',
    'install util-linux (it has /usr/bin/flock) and try again',
  );

const lockFailed = (path: string, what: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.lock-failed',
    `${path} could not be locked: ${what}; nothing was opened`,
    'keep the state directory on a local disk (--state-dir DIR) and try again',
  );
