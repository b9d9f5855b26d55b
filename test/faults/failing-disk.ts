import {open, type FileHandle} from 'node:fs/promises';

/**
 * Makes the disk of this process fail at its n-th write or sync, counted from now, and at every one after it until `mend`. A write that fails
 * leaves the first half of its bytes, as a full disk does. Reaches into Node's file handles: the program itself knows nothing of it.
 */
export type FailingDisk = {
  /** Writes and syncs since `failAt`. */
  readonly count: number;
  readonly failed: boolean;
  failAt(n: number, code: 'EIO' | 'ENOSPC', onFailure?: () => void): void;
  /** The disk is good again, and counting ends. */
  mend(): void;
  /** Gives Node back as it was. */
  restore(): void;
};

export const takeDisk = async (): Promise<FailingDisk> => {
  const probe = await open('/dev/null');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  let count = 0;
  let at = Number.POSITIVE_INFINITY;
  let code = 'EIO';
  let failed = false;
  let onFailure: () => void = () => undefined;
  const fails = (): boolean => {
    count += 1;
    if (count < at) return false;
    if (!failed) onFailure();
    failed = true;
    return true;
  };
  const error = (): Error => Object.assign(new Error(`${code}: the disk of this test fails`), {code});
  const write = methodOf(prototype, 'write');
  const sync = methodOf(prototype, 'sync');
  const datasync = methodOf(prototype, 'datasync');
  Object.assign(prototype, {
    write: async function (
      this: FileHandle,
      bytes: Uint8Array,
      from: number,
      length: number,
      position: number,
    ) {
      if (!fails()) return await write.call(this, bytes, from, length, position);
      if (length > 1) await write.call(this, bytes, from, Math.floor(length / 2), position);
      throw error();
    },
    sync: async function (this: FileHandle) {
      if (fails()) throw error();
      await sync.call(this);
    },
    datasync: async function (this: FileHandle) {
      if (fails()) throw error();
      await datasync.call(this);
    },
  });
  return {
    get count() {
      return count;
    },
    get failed() {
      return failed;
    },
    failAt: (n, how, act = () => undefined) => {
      count = 0;
      at = n;
      code = how;
      failed = false;
      onFailure = act;
    },
    mend: () => {
      at = Number.POSITIVE_INFINITY;
    },
    restore: () => {
      Object.assign(prototype, {write, sync, datasync});
    },
  };
};

type Method = (this: FileHandle, ...args: unknown[]) => Promise<unknown>;

const methodOf = (prototype: FileHandle, name: 'write' | 'sync' | 'datasync'): Method => {
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== 'function') throw new Error(`file handles have no ${name}`);
  return method as Method;
};
