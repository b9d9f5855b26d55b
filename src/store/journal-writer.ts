import {randomBytes} from 'node:crypto';
import {constants} from 'node:fs';
import {open, rename, unlink, type FileHandle} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {PatchdeckError} from '../model/error.ts';
import {writeAll} from './durable-file.ts';
import {fileMode, syncDirectory} from './own-file.ts';
import {writeFailed} from './store-error.ts';

type Waiting = {line: Uint8Array; durable: () => void; resolve: () => void; reject: (error: Error) => void};

/**
 * Group commit: lines that come while others are being synced go together in the next write, with one fdatasync. After a failure
 * nothing is written any more, as nobody knows what the disk has: every later write is rejected with the same error.
 */
export class JournalWriter {
  readonly #path: string;
  #handle: FileHandle | undefined;
  #size: number;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #failure: PatchdeckError | undefined;
  #closed = false;

  /** `handle` is undefined for a journal that is not there yet; `size` is how many bytes of it are whole lines. */
  constructor(path: string, handle: FileHandle | undefined, size: number) {
    this.#path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /** Why nothing is written any more. */
  get failure(): PatchdeckError | undefined {
    return this.#failure;
  }

  /** Throws the failure after which nothing is written. */
  requireWhole(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new Error(`${this.#path} is closed`);
  }

  /** `durable` is called once the line is on disk, in order; the promise resolves after. */
  write(line: Uint8Array, durable: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({line, durable, resolve, reject});
      this.#flushing ??= this.#flush();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushing;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #flush(): Promise<void> {
    // Everything that is appended in the same turn of the event loop goes together.
    await new Promise(resolve => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.#commit(joinLines(batch));
      } catch (error) {
        await this.#fail(writeFailed(this.#path, error), batch);
        break;
      }
      for (const {durable, resolve, reject} of batch) {
        try {
          durable();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }
    }
    this.#flushing = undefined;
  }

  async #commit(bytes: Uint8Array): Promise<void> {
    if (this.#handle === undefined) this.#handle = await begin(this.#path, bytes);
    else {
      await writeAll(this.#handle, bytes, this.#size);
      await this.#handle.datasync();
    }
    this.#size += bytes.length;
  }

  async #fail(failure: PatchdeckError, batch: readonly Waiting[]): Promise<void> {
    this.#failure = failure;
    // Lines that were reported as not recorded should not turn up later. If this fails too, they are cut when it is next opened,
    // or, when they are whole, each host is asked: a line too many is an intent that came to nothing.
    await this.#handle?.truncate(this.#size).catch(() => undefined);
    for (const {reject} of [...batch, ...this.#waiting.splice(0)]) reject(failure);
  }
}

/** A journal comes to be with its first line in it: an empty one is never there to be found. */
const begin = async (path: string, bytes: Uint8Array): Promise<FileHandle> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, fileMode);
  try {
    await writeAll(handle, bytes, 0);
    await handle.sync();
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return handle;
  } catch (error) {
    await handle.close();
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
};

const joinLines = (batch: readonly Waiting[]): Uint8Array => {
  const bytes = Buffer.alloc(
    batch.reduce((sum, {line}) => sum + line.length + 1, 0),
    0x0a,
  );
  let at = 0;
  for (const {line} of batch) {
    bytes.set(line, at);
    at += line.length + 1;
  }
  return bytes;
};
