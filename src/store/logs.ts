import {constants} from 'node:fs';
import {unlink, type FileHandle} from 'node:fs/promises';
import {join} from 'node:path';
import {jobIdSchema} from '../model/job.ts';
import type {Files} from './files.ts';
import {openOwn} from './own-file.ts';
import {readAll, writeAll} from './durable-file.ts';
import {readFailed, systemCode, writeFailed} from './store-error.ts';

/** A log that went wild is kept from its end. */
const maxLogBytes = 64 * 1024 * 1024;

/** What jobs said so far, as raw bytes. Not fsynced chunk by chunk: the host has the log until it is a file of the store. */
export type Logs = {
  /** Throws `store.full` and `store.write-failed`. */
  append(job: string, chunk: Uint8Array): Promise<void>;
  /** Bytes that are here: where following goes on. */
  bytes(job: string): Promise<number>;
  /** Makes the log a file and gives its digest. The raw log stays until `forget`. */
  finish(job: string): Promise<string>;
  /** The newest bytes; undefined when there is no raw log. */
  tail(job: string, maxBytes: number): Promise<Uint8Array | undefined>;
  forget(job: string): Promise<void>;
};

/** `directory` has to be there. */
export const createLogs = (directory: string, files: Files): Logs => {
  // Chunks of one job are written one after the other, whoever brings them.
  const last = new Map<string, Promise<void>>();
  const path = (job: string): string => join(directory, `${jobIdSchema.parse(job)}.log`);
  const settled = async (job: string): Promise<void> => {
    await last.get(job)?.catch(() => undefined);
  };
  const append = async (job: string, chunk: Uint8Array): Promise<void> => {
    const file = path(job);
    await withFile(file, constants.O_WRONLY | constants.O_CREAT, async handle => {
      const {size} = await handle.stat();
      await writeAll(handle, chunk, size).catch((error: unknown) => {
        throw writeFailed(file, error);
      });
    });
  };
  return {
    append: (job, chunk) => {
      const next = settled(job).then(() => append(job, chunk));
      last.set(job, next);
      const forgetTurn = (): void => {
        if (last.get(job) === next) last.delete(job);
      };
      next.then(forgetTurn, forgetTurn);
      return next;
    },
    bytes: async job => {
      await settled(job);
      return (await withFile(path(job), constants.O_RDONLY, async handle => (await handle.stat()).size)) ?? 0;
    },
    finish: async job => {
      await settled(job);
      const file = path(job);
      const whole = await withFile(file, constants.O_RDONLY, async handle => {
        const {size} = await handle.stat();
        if (size <= maxLogBytes) return await readAll(handle, size);
        const cut = new TextEncoder().encode(
          `[the first ${size - maxLogBytes} bytes of this log were not kept]\n`,
        );
        return Buffer.concat([cut, await readAll(handle, maxLogBytes, size - maxLogBytes)]);
      });
      return await files.put(whole ?? new Uint8Array());
    },
    tail: async (job, maxBytes) =>
      await withFile(path(job), constants.O_RDONLY, async handle => {
        const {size} = await handle.stat();
        const length = Math.min(size, maxBytes);
        return await readAll(handle, length, size - length);
      }),
    forget: async job => {
      await unlink(path(job)).catch((error: unknown) => {
        if (systemCode(error) !== 'ENOENT') throw writeFailed(path(job), error);
      });
    },
  };
};

const withFile = async <T>(
  path: string,
  flags: number,
  work: (handle: FileHandle) => Promise<T>,
): Promise<T | undefined> => {
  const handle = await openOwn(path, flags);
  if (handle === undefined) return undefined;
  try {
    return await work(handle);
  } catch (error) {
    throw readFailed(path, error);
  } finally {
    await handle.close();
  }
};
