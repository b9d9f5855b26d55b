import {copyFile, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {must} from './command.ts';
import type {Lab} from './lab.ts';
import {labPaths} from './paths.ts';

/**
 * A repository `foreign` of RPMs, whose metadata nobody signed: one that is not signed, one by the lab's key, and one that was changed after the
 * metadata was made.
 */
export const publishForeign = async (lab: Lab): Promise<void> => {
  const paths = labPaths(lab.dir);
  const folder = join(paths.mirror, 'rpm/foreign');
  const [signed, changed] = ['pdrpm-tool-1.0-1.noarch.rpm', 'pdrpm-reboot-2.0-1.noarch.rpm'];
  await rm(folder, {recursive: true, force: true});
  await mkdir(folder);
  await copyFile(
    join(paths.labRpms, 'pdrpm-web-1.1-1.x86_64.rpm'),
    join(folder, 'pdrpm-web-1.1-1.x86_64.rpm'),
  );
  for (const file of [signed, changed])
    await copyFile(join(paths.mirror, 'rpm/updates', file), join(folder, file));
  await must('createrepo_c', ['--quiet', folder]);
  const bytes = await readFile(join(folder, changed));
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
  await writeFile(join(folder, changed), bytes);
};
