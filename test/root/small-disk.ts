import {execFileSync} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {inFolder} from '../store/example-run.ts';

/** A disk of so many KiB, in memory; only root can make one. */
export const onSmallDisk = (kib: number, work: (disk: string) => Promise<void>): Promise<void> =>
  inFolder(async folder => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=0700`, 'patchdeck-test', disk]);
    try {
      await work(disk);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
