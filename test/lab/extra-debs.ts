import {mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {machineArchive} from './base-root.ts';
import {must} from './command.ts';
import type {LabPaths} from './paths.ts';
import type {Release} from './releases.ts';

/** The file of a package of Debian that only single tests install on a host: fetched once, then kept in the cache. */
export const extraDeb = async (paths: LabPaths, release: Release, name: string): Promise<string> => {
  const kept = join(paths.cache, 'extra-debs', release);
  await mkdir(kept, {recursive: true});
  const find = async (folder: string): Promise<string | undefined> =>
    (await readdir(folder)).find(file => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  const old = await find(kept);
  if (old !== undefined) return join(kept, old);
  // apt's own state has nothing to do with it: the release may be another one than this machine's.
  const own = join(kept, `${name}.part`);
  await rm(own, {recursive: true, force: true});
  await mkdir(join(own, 'lists/partial'), {recursive: true});
  await writeFile(join(own, 'sources.list'), `deb ${(await machineArchive()).main} ${release} main\n`);
  const settings = [
    ...[
      `Dir::Etc::SourceList=${own}/sources.list`,
      'Dir::Etc::SourceParts=-',
      'Dir::State::status=/dev/null',
    ],
    ...[`Dir::State::Lists=${own}/lists`, 'Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache='],
    ...['APT::Sandbox::User=root', 'Acquire::Languages=none', 'APT::Default-Release='],
  ].flatMap(setting => ['-o', setting]);
  await must('apt-get', ['-qq', ...settings, 'update'], {timeoutMs: 300_000});
  await must('apt-get', ['-qq', ...settings, 'download', name], {cwd: own, timeoutMs: 300_000});
  const found = await find(own);
  if (found === undefined) throw new Error(`apt-get download gave no file of ${name}`);
  await rename(join(own, found), join(kept, found));
  await rm(own, {recursive: true});
  return join(kept, found);
};
