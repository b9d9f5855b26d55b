import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {runInventory} from '../../src/inventory/program.ts';
import {makeFolder, type Folder} from './folder.ts';

let folder: Folder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

it('ends a program that takes too long, with what it started', async () => {
  const path = await folder.put(
    'slow',
    '#!/bin/sh\nsleep 300 &\necho $! > "$(dirname "$0")/pid"\nwait\n',
    0o755,
  );
  await expect(runInventory(path, 500)).rejects.toMatchObject({
    code: 'inventory.program',
    message: `the dynamic inventory ${path} took longer than 0.5 s and was ended; nothing was done`,
  });
  const pid = Number(await readFile(join(folder.path, 'pid'), 'utf8'));
  await expect.poll(() => isRunning(pid), {timeout: 5000}).toBe(false);
});

it('ends a program that does not stop printing', async () => {
  const path = await folder.put('endless', '#!/bin/sh\nexec yes\n', 0o755);
  await expect(runInventory(path)).rejects.toMatchObject({
    message: expect.stringContaining('printed more than 16 MB and was ended') as string,
  });
});

/** A zombie has ended: nobody may be there to reap it. */
const isRunning = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/^\d+ \(.*\) [ZX]/.test(stat);
};
