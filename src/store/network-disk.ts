import {statfs} from 'node:fs/promises';
import type {Notice} from './store-error.ts';

/** Numbers of statfs(2), from linux/magic.h and the programs that make them. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x65735546, 'FUSE (sshfs and the like)'],
]);

/** What to say of a state directory that lies on another machine: locks and fsync may promise there what they do not keep. */
export const networkDiskSentence = (path: string, type: number): string | undefined => {
  const name = networkTypes.get(type >>> 0);
  return name === undefined
    ? undefined
    : `${path} is on ${name}: locks and fsync may not hold there, so that two consoles could write one run, or lose its last events; use a local disk (--state-dir DIR)`;
};

export const warnOfNetworkDisk = async (path: string, notice: Notice): Promise<void> => {
  const found = await statfs(path).catch(() => undefined);
  const sentence = found === undefined ? undefined : networkDiskSentence(path, found.type);
  if (sentence !== undefined) notice(sentence);
};
