import promises, {open, type FileHandle} from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';
import {z} from 'zod';
import {methodOf} from './failing-disk.ts';

/**
 * Loaded into the program before anything of it (`node --import`): it ends itself with SIGKILL at a moment that is named in the environment.
 * `recorded`: once the n-th line of the journal that matches is on disk, before anybody was told. `renaming`: the new content of a file
 * whose path matches lies beside it, and has not taken its place.
 */
export const killSchema = z.union([
  z.object({recorded: z.string(), nth: z.int()}),
  z.object({renaming: z.string()}),
]);
export type Kill = z.infer<typeof killSchema>;

export const killVariable = 'PATCHDECK_TEST_KILL';

const at = process.env[killVariable];
if (at !== undefined) await arm(killSchema.parse(JSON.parse(at)));

async function arm(kill: Kill): Promise<void> {
  const die = (): void => {
    process.kill(process.pid, 'SIGKILL');
  };
  if ('renaming' in kill) {
    const {rename} = promises;
    const wanted = new RegExp(kill.renaming);
    promises.rename = async (from, to) => {
      if (wanted.test(String(to))) die();
      await rename(from, to);
    };
    syncBuiltinESMExports();
    return;
  }
  const probe = await open('/dev/null');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const wanted = new RegExp(kill.recorded, 'g');
  let left = kill.nth;
  let written = 0;
  const before = {write: methodOf(prototype, 'write'), datasync: methodOf(prototype, 'datasync')};
  Object.assign(prototype, {
    write(this: FileHandle, bytes: Uint8Array, ...rest: unknown[]) {
      written += [...Buffer.from(bytes).toString('utf8').matchAll(wanted)].length;
      return before.write.call(this, bytes, ...rest);
    },
    // Of all files, the journal alone is synced this way.
    async datasync(this: FileHandle) {
      const mine = written;
      await before.datasync.call(this);
      left -= mine;
      written -= mine;
      if (left <= 0) die();
    },
  });
}
