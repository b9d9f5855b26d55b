import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {PatchdeckError} from '../model/error.ts';
import {digestSchema} from '../record/event.ts';
import {readDurable, writeDurable} from './durable-file.ts';
import {syncDirectory} from './own-file.ts';
import {damaged, writeFailed} from './store-error.ts';

/** Scans of a host with thousands of packages have a few MiB; logs may be longer. */
const maxFileBytes = 256 * 1024 * 1024;

/** Files named by the sha256 of what is in them. */
export type Files = {
  /** Resolves with the digest once the bytes are durable. The same bytes again change nothing. */
  put(bytes: Uint8Array): Promise<string>;
  /** Throws `store.missing`, `store.damaged` when they are not what their name says, `store.foreign`, `store.unreadable`. */
  read(digest: string): Promise<Uint8Array>;
};

/** `directory` has to be there. */
export const createFiles = (directory: string): Files => ({
  put: async bytes => {
    const digest = sha256(bytes);
    const path = join(directory, digest);
    if (await holds(path, digest)) {
      // It may be there since a moment before a crash, its name not on disk yet.
      await syncDirectory(directory).catch((error: unknown) => {
        throw writeFailed(path, error);
      });
    } else await writeDurable(path, bytes);
    return digest;
  },
  read: async digest => {
    const path = join(directory, digestSchema.parse(digest));
    const bytes = await readDurable(path, {maxBytes: maxFileBytes});
    if (bytes === undefined) throw missing(path);
    if (sha256(bytes) !== digest) {
      throw damaged(
        path,
        'is not what its name says it is',
        'put a good copy of it back, or scan again to make it anew',
      );
    }
    return bytes;
  },
});

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A damaged file is written anew by whoever has the right bytes. */
const holds = async (path: string, digest: string): Promise<boolean> => {
  const bytes = await readDurable(path, {maxBytes: maxFileBytes}).catch((error: unknown) => {
    if (error instanceof PatchdeckError && error.code === 'store.too-large') return undefined;
    throw error;
  });
  return bytes !== undefined && sha256(bytes) === digest;
};

const missing = (path: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.missing',
    `${path} is not there, though the journal names it; nothing was taken from it`,
    'put a copy of it back, or scan again to make it anew',
  );
