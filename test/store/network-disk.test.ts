import {expect, test} from 'vitest';
import {networkDiskSentence, warnOfNetworkDisk} from '../../src/store/network-disk.ts';
import {inFolder} from './example-run.ts';

test('a state directory on NFS or the like is warned of, with what could happen and what to do', () => {
  for (const type of [
    0x6969, 0xff534d42, -11317950 /* 0xff534d42 as Node gives it on some machines */, 0x65735546,
  ]) {
    expect(networkDiskSentence('/home/ana', type)).toMatch(/^\/home\/ana is on \S+.*local disk/);
  }
  // ext4, tmpfs, overlay, btrfs, xfs.
  for (const type of [0xef53, 0x01021994, 0x794c7630, 0x9123683e, 0x58465342])
    expect(networkDiskSentence('/home/ana', type)).toBeUndefined();
});

test('a local one is not', () =>
  inFolder(async folder => {
    await warnOfNetworkDisk(folder, () => expect.unreachable());
  }));
