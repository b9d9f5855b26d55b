import {chmod, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {PatchdeckError} from '../../src/model/error.ts';

/** A folder of files that a test brings along. */
export type Folder = {
  path: string;
  put(name: string, text: string, mode?: number): Promise<string>;
  remove(): Promise<void>;
};

export const makeFolder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), 'patchdeck-inventory-'));
  return {
    path,
    put: async (name, text, mode = 0o644) => {
      const file = join(path, name);
      await mkdir(dirname(file), {recursive: true});
      await writeFile(file, text);
      await chmod(file, mode);
      return file;
    },
    remove: () => rm(path, {recursive: true, force: true}),
  };
};

/** The lines of an error that says what is wrong, without the folder's name. */
export const linesOf = async (work: Promise<unknown>, folder: Folder): Promise<string[]> => {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PatchdeckError)) throw error;
    return error.message.replaceAll(`${folder.path}/`, '').split('\n');
  }
  throw new Error('nothing was wrong');
};
