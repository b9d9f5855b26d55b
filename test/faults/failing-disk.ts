import {constants, readlinkSync, type PathLike} from 'node:fs';
import promises, {open, type FileHandle} from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';

/** What happens at a change of the disk, and with every one after it. */
export type Fate =
  /** Writes and syncs fail; a write leaves the first half of its bytes, as a full disk does. Everything else goes on working. */
  | {readonly disk: 'EIO' | 'ENOSPC'}
  /** The console is killed in the middle of it: half of a write is there, or all of it and nobody was told. Nothing comes after. */
  | {readonly killed: 'half-way' | 'just-after'};

/**
 * Puts a fault at the n-th change that this process makes to its disk (a write, a sync, a cut, a renaming, a removal), counted from `faultAt`,
 * until `mend`. Reaches into Node's file system: the program itself knows nothing of it.
 */
export type FailingDisk = {
  /** Changes since `faultAt`. */
  readonly count: number;
  /** True once the fault was met. */
  readonly met: boolean;
  /** `where` narrows it to files whose path it matches. `then` is called when the fault is met. */
  faultAt(n: number, fate: Fate, options?: {where?: RegExp; then?: () => void}): void;
  /** The disk is good again, and counting ends. */
  mend(): void;
  /** Gives Node back as it was. */
  restore(): void;
};

export const takeDisk = async (): Promise<FailingDisk> => {
  const probe = await open('/dev/null');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const before = {
    write: methodOf(prototype, 'write'),
    sync: methodOf(prototype, 'sync'),
    datasync: methodOf(prototype, 'datasync'),
    truncate: methodOf(prototype, 'truncate'),
  };
  const {rename, unlink, mkdir, open: openFile} = promises;
  let count = 0;
  let at = Number.POSITIVE_INFINITY;
  let fate: Fate = {disk: 'EIO'};
  let options: {where?: RegExp; then?: () => void} = {};
  let met = false;

  const error = (): Error => {
    const code = 'disk' in fate ? fate.disk : 'EIO';
    return Object.assign(new Error(`${code}: the disk of this test fails`), {code});
  };
  /** `half` is what is left of it when it fails; without it the change is one that a failing disk still takes. */
  const change = async <T>(path: () => string, whole: () => Promise<T>, half?: () => Promise<unknown>) => {
    if (options.where?.test(path()) === false) return await whole();
    count += 1;
    if (count < at || ('disk' in fate && half === undefined)) return await whole();
    const first = !met;
    met = true;
    if (first) options.then?.();
    if ('disk' in fate) await half?.();
    else if (first) await (fate.killed === 'just-after' ? whole() : half?.());
    throw error();
  };
  const nothing = (): Promise<void> => Promise.resolve();

  Object.assign(prototype, {
    write(this: FileHandle, bytes: Uint8Array, from: number, length: number, position: number) {
      const part = Math.floor(length / 2);
      return change(
        () => pathOf(this),
        () => before.write.call(this, bytes, from, length, position),
        () => (part > 0 ? before.write.call(this, bytes, from, part, position) : nothing()),
      );
    },
    sync(this: FileHandle) {
      return change(
        () => pathOf(this),
        () => before.sync.call(this),
        nothing,
      );
    },
    datasync(this: FileHandle) {
      return change(
        () => pathOf(this),
        () => before.datasync.call(this),
        nothing,
      );
    },
    truncate(this: FileHandle, length: number) {
      return change(
        () => pathOf(this),
        () => before.truncate.call(this, length),
      );
    },
  });
  Object.assign(promises, {
    open: (path: PathLike, flags?: string | number, mode?: number) =>
      met && 'killed' in fate && typeof flags === 'number' && (flags & constants.O_CREAT) !== 0
        ? Promise.reject(error())
        : openFile(path, flags, mode),
    rename: (from: string, to: string) =>
      change(
        () => to,
        () => rename(from, to),
      ),
    unlink: (path: string) =>
      change(
        () => path,
        () => unlink(path),
      ),
    mkdir: (path: string, how?: Parameters<typeof mkdir>[1]) =>
      change(
        () => path,
        () => mkdir(path, how),
      ),
  });
  syncBuiltinESMExports();
  return {
    get count() {
      return count;
    },
    get met() {
      return met;
    },
    faultAt: (n, what, how = {}) => {
      count = 0;
      at = n;
      fate = what;
      options = how;
      met = false;
    },
    mend: () => {
      at = Number.POSITIVE_INFINITY;
      fate = {disk: 'EIO'};
    },
    restore: () => {
      Object.assign(prototype, before);
      Object.assign(promises, {rename, unlink, mkdir, open: openFile});
      syncBuiltinESMExports();
    },
  };
};

type Method = (this: FileHandle, ...args: unknown[]) => Promise<unknown>;

/** A method that all file handles share. */
export const methodOf = (prototype: FileHandle, name: 'write' | 'sync' | 'datasync' | 'truncate'): Method => {
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== 'function') throw new Error(`file handles have no ${name}`);
  return method as Method;
};

const pathOf = ({fd}: FileHandle): string => readlinkSync(`/proc/self/fd/${fd}`);
