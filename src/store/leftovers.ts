import {readdir, unlink} from 'node:fs/promises';
import {join} from 'node:path';
import {describeError} from '../model/error.ts';
import type {Notice} from './store-error.ts';

/** The names that files have until they are whole and take their place. */
const unfinished = /^\.?.+\.[0-9a-f]{12}\.tmp$/;

/**
 * Removes what a console that was killed had not finished writing. To be called by whoever holds the lock of these directories: nobody
 * else writes there. That something stays harms nothing, and is said.
 */
export const sweepLeftovers = async (directories: readonly string[], notice: Notice): Promise<void> => {
  for (const directory of directories) {
    for (const name of await readdir(directory)) {
      if (!unfinished.test(name)) continue;
      await unlink(join(directory, name)).catch((error: unknown) => {
        notice(`${join(directory, name)} is left over and stays: ${describeError(error)}`);
      });
    }
  }
};
