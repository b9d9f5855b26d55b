import {readdir, stat} from 'node:fs/promises';
import {warnOfNetworkDisk} from './network-disk.ts';
import {isOwnDirectory, ownDirectory} from './own-file.ts';
import {foreign, readFailed, type Notice} from './store-error.ts';

/** What patchdeck puts into a state directory. */
const ours = new Set(['runs', 'fleets']);

/**
 * Makes the state directory, or takes one that is there. It is tightened only when nothing else is in it: `--state-dir /tmp` must
 * not close /tmp. One with other things in it is taken as it is, unless others could put something there: then `store.foreign`.
 */
export const stateRoot = async (path: string, notice: Notice): Promise<void> => {
  await takeRoot(path, notice);
  await warnOfNetworkDisk(path, notice);
};

const takeRoot = async (path: string, notice: Notice): Promise<void> => {
  if (!(await isOwnDirectory(path)) || (await holdsOnlyOurs(path))) {
    await ownDirectory(path, notice);
    return;
  }
  const {mode} = await stat(path);
  if ((mode & 0o022) === 0) return;
  throw foreign(
    path,
    'is used for other things too, and others may write to it',
    `name a directory that is for patchdeck alone, as ${path}/patchdeck (--state-dir DIR)`,
  );
};

const holdsOnlyOurs = async (path: string): Promise<boolean> => {
  try {
    return (await readdir(path)).every(name => ours.has(name));
  } catch (error) {
    throw readFailed(path, error);
  }
};
