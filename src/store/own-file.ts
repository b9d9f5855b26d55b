import {constants, type Stats} from 'node:fs';
import {chmod, lstat, mkdir, open, type FileHandle} from 'node:fs/promises';
import {dirname} from 'node:path';
import {foreign, readFailed, systemCode, writeFailed, type Notice} from './store-error.ts';

/** Only the owner reads and writes: a run names hosts, their holes and what operators said. */
export const fileMode = 0o600;
const directoryMode = 0o700;

/**
 * Opens a file that has to be a plain file of this user; a mode that lets others in is tightened and said. `flags` are those of
 * open(2). Undefined when it is not there. Throws `store.foreign` for links, special files and files of others, `store.unreadable`.
 */
export const openOwn = async (
  path: string,
  flags: number,
  notice: Notice = () => undefined,
): Promise<FileHandle | undefined> => {
  let handle: FileHandle;
  try {
    // O_NONBLOCK: opening a planted pipe must not wait for its other end.
    handle = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, fileMode);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw isLink(path);
    throw code === 'EACCES' || code === 'EISDIR' || code === 'ENXIO'
      ? foreign(path, `cannot be opened as a file of this user (${code})`, remedy(path))
      : (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0
        ? readFailed(path, error)
        : writeFailed(path, error);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw foreign(path, 'is not a plain file', remedy(path));
    requireOwner(path, stats);
    if ((stats.mode & 0o077) !== 0) {
      const was = `${path} could be read or written by others (mode ${octal(stats)})`;
      await handle.chmod(fileMode).then(
        () => notice(`${was}; that was taken away`),
        (error: unknown) =>
          notice(`${was}; that could not be taken away (${systemCode(error) ?? 'unknown'})`),
      );
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** Refuses what `openOwn` would refuse, without opening it. Nothing there is fine. */
export const requireOwnOrAbsent = async (path: string): Promise<void> => {
  const stats = await lstatIfThere(path);
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) throw isLink(path);
  if (!stats.isFile()) throw foreign(path, 'is not a plain file', remedy(path));
  requireOwner(path, stats);
};

/**
 * Makes a directory, and those above it that are missing, for this user alone; one that is there has to be this user's and no
 * link, and is tightened. Throws `store.foreign`, `store.full`, `store.write-failed`.
 */
export const ownDirectory = async (path: string, notice: Notice = () => undefined): Promise<void> => {
  let stats = await lstatIfThere(path);
  if (stats === undefined) {
    try {
      await makeWithParents(path);
      await syncDirectory(dirname(path));
    } catch (error) {
      throw writeFailed(path, error);
    }
    stats = await lstatIfThere(path);
  }
  if (stats === undefined) return;
  requireDirectory(path, stats);
  if ((stats.mode & 0o077) === 0) return;
  await chmod(path, directoryMode).catch((error: unknown) => {
    throw writeFailed(path, error);
  });
  notice(`${path} was open to others (mode ${octal(stats)}); that was taken away`);
};

/** Not mkdir's own `recursive`: where a file system takes no directories (/proc) it never ends (Node 24). */
const makeWithParents = async (path: string): Promise<void> => {
  const parent = dirname(path);
  if (parent !== path && (await lstatIfThere(parent)) === undefined) await makeWithParents(parent);
  await mkdir(path, {mode: directoryMode}).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') throw error;
  });
};

/** True when the directory is there; the same checks as `ownDirectory`, and nothing is made or changed. */
export const isOwnDirectory = async (path: string): Promise<boolean> => {
  const stats = await lstatIfThere(path);
  if (stats === undefined) return false;
  requireDirectory(path, stats);
  return true;
};

/** Makes names in a directory durable: new files, renames and removals. */
export const syncDirectory = async (path: string): Promise<void> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const lstatIfThere = async (path: string): Promise<Stats | undefined> => {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readFailed(path, error);
  }
};

const requireDirectory = (path: string, stats: Stats): void => {
  if (stats.isSymbolicLink()) throw isLink(path);
  if (!stats.isDirectory()) throw foreign(path, 'is not a directory', remedy(path));
  requireOwner(path, stats);
};

const requireOwner = (path: string, stats: Stats): void => {
  const me = process.getuid?.();
  if (me === undefined || stats.uid === me) return;
  throw foreign(
    path,
    `belongs to user ${stats.uid}, not to the one patchdeck runs as (${me})`,
    'run patchdeck as its owner, or use another directory (--state-dir DIR)',
  );
};

const isLink = (path: string): Error =>
  foreign(path, 'is a symbolic link, and the store follows none', remedy(path));

const remedy = (path: string): string =>
  `find out who put ${path} there and move it away, or use another directory (--state-dir DIR)`;

const octal = (stats: Stats): string => (stats.mode & 0o777).toString(8).padStart(4, '0');
