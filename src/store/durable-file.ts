import {randomBytes} from 'node:crypto';
import {constants} from 'node:fs';
import {open, rename, unlink, type FileHandle} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {PatchdeckError} from '../model/error.ts';
import {fileMode, openOwn, requireOwnOrAbsent, syncDirectory} from './own-file.ts';
import {readFailed, writeFailed, type Notice} from './store-error.ts';

/**
 * Replaces a file as a whole: after any crash it is the old one or the new one. Every byte is written, fsynced and read back
 * before the rename, and the rename is fsynced too. Throws `store.full`, `store.write-failed`, `store.foreign`; the old file is
 * then still there.
 */
export const writeDurable = async (path: string, bytes: Uint8Array): Promise<void> => {
  await requireOwnOrAbsent(path);
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    const handle = await open(temporary, flags, fileMode);
    try {
      await writeAll(handle, bytes, 0);
      await handle.sync();
      const back = await readAll(handle, bytes.length);
      if (!bytesEqual(back, bytes)) throw new Error('what was read back is not what was written');
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw writeFailed(path, error);
  }
};

/**
 * The bytes of a plain file of this user, or undefined when it is not there. Throws `store.foreign`, `store.unreadable`,
 * and `store.too-large` for more than `maxBytes`.
 */
export const readDurable = async (
  path: string,
  {maxBytes, notice}: {maxBytes: number; notice?: Notice},
): Promise<Uint8Array | undefined> => {
  const handle = await openOwn(path, constants.O_RDONLY, notice);
  if (handle === undefined) return undefined;
  try {
    const {size} = await handle.stat();
    if (size > maxBytes) throw tooLarge(path, size, maxBytes);
    return await readAll(handle, size);
  } catch (error) {
    throw readFailed(path, error);
  } finally {
    await handle.close();
  }
};

/** A write may take fewer bytes than it was given, as on a disk that is getting full: the rest is written until all is. */
export const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  let done = 0;
  while (done < bytes.length) {
    const {bytesWritten} = await handle.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the system wrote no byte');
    done += bytesWritten;
  }
};

/** Up to `length` bytes from the start, or from `position`; fewer when the file ends before. */
export const readAll = async (handle: FileHandle, length: number, position = 0): Promise<Uint8Array> => {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const {bytesRead} = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
};

const bytesEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const tooLarge = (path: string, size: number, maxBytes: number): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.too-large',
    `${path} has ${size} bytes, and ${maxBytes} are allowed; it was not read`,
    'find out what wrote to it',
  );
