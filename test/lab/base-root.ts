import {existsSync} from 'node:fs';
import {mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {PatchdeckError} from '../../src/model/error.ts';
import {must, run} from './command.ts';
import type {LabPaths} from './paths.ts';
import {packagesOf, type Release} from './releases.ts';

/**
 * Makes the base root of a release when there is none: Debian's main suite alone, so that every security update
 * since its last point release is pending. Beside it, the .deb files of the root (`main`) and those of the updates
 * (`security`), which become the lab's mirror. Takes about a minute; afterwards it is only looked up.
 */
export const makeBaseRoot = async (
  paths: LabPaths,
  release: Release,
  say: (line: string) => void,
): Promise<void> => {
  const root = paths.base(release);
  if (existsSync(root)) return;
  say(`${release}: making the base root (about a minute, once)`);
  const unfinished = `${root}.part`;
  await removeTree(unfinished);
  for (const suite of ['main', 'security'] as const) await removeTree(paths.debs(release, suite));
  await mkdir(unfinished, {recursive: true});
  const archive = await machineArchive();
  const include = packagesOf(release).join(',');
  // In a mount namespace of its own, so that what debootstrap mounts is gone with it, however it ends.
  const options = ['--variant=minbase', `--include=${include}`];
  await inPrivateMounts(['debootstrap', ...options, release, unfinished, archive.main]);
  await keepDebs(join(unfinished, 'var/cache/apt/archives'), paths.debs(release, 'main'));
  await downloadUpdates(unfinished, release, archive.security);
  await keepDebs(join(unfinished, 'tmp/updates/archives'), paths.debs(release, 'security'));
  await rm(join(unfinished, 'tmp/updates'), {recursive: true});
  await rename(unfinished, root);
};

/** Removes a folder after making sure that nothing is mounted in it. Throws `lab.mounted` and removes nothing else. */
export const removeTree = async (folder: string): Promise<void> => {
  const mounts = await run('findmnt', ['-rn', '-o', 'TARGET']);
  const below = mounts.stdout
    .split('\n')
    .filter(target => target === folder || target.startsWith(`${folder}/`));
  if (below.length > 0)
    throw new PatchdeckError(
      'outside',
      'lab.mounted',
      `Something is mounted at ${below.join(', ')}; ${folder} was not removed.`,
      `Unmount it: umount ${below.toReversed().join(' ')}`,
    );
  await must('rm', ['-rf', '--one-file-system', '--', folder]);
};

/** Runs a program whose mounts nobody else sees. */
export const inPrivateMounts = async (command: readonly string[], input = ''): Promise<string> =>
  must('unshare', ['--mount', '--propagation', 'slave', '--', ...command], {input, timeoutMs: 900_000});

/** This machine's own Debian archive, read from apt: the lab names no mirror. Throws `lab.no-archive`. */
export const machineArchive = async (): Promise<{main: string; security: string}> => {
  const lines = await must('apt-get', ['indextargets', '--format', '$(ORIGIN)|$(LABEL)|$(REPO_URI)']);
  const uriOf = (label: string): string | undefined =>
    lines
      .split('\n')
      .map(line => line.split('|'))
      .find(([origin, its]) => origin === 'Debian' && its === label)?.[2];
  const main = uriOf('Debian');
  const security = uriOf('Debian-Security');
  if (main === undefined || security === undefined)
    throw new PatchdeckError(
      'outside',
      'lab.no-archive',
      "apt on this machine knows no Debian archive with its security suite, from which the hosts' roots are made.",
      'Give apt the sources of a Debian release and its security suite, and run: apt-get update',
    );
  return {main, security};
};

/** Downloads what the security suite has newer than the root, and only downloads it. */
const downloadUpdates = async (root: string, release: Release, uri: string): Promise<void> => {
  const folder = join(root, 'tmp/updates');
  await mkdir(join(folder, 'lists/partial'), {recursive: true});
  await mkdir(join(folder, 'archives/partial'), {recursive: true});
  await writeFile(join(folder, 'sources.list'), `deb ${uri} ${release}-security main\n`);
  const apt = (...args: string[]) =>
    must('chroot', [
      root,
      'apt-get',
      '-qq',
      ...['SourceList=/tmp/updates/sources.list', 'SourceParts=-'].flatMap(set => ['-o', `Dir::Etc::${set}`]),
      ...['-o', 'Dir::State::Lists=/tmp/updates/lists', '-o', 'Dir::Cache::Archives=/tmp/updates/archives'],
      ...['-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache=', '-o', 'APT::Sandbox::User=root'],
      ...args,
    ]);
  await apt('update');
  await apt('-y', '--download-only', '--no-install-recommends', 'dist-upgrade');
};

/** Moves .deb files into a folder of the cache, named as Debian's pool names them: without the epoch. */
export const keepDebs = async (from: string, to: string): Promise<void> => {
  await mkdir(to, {recursive: true});
  const debs = (await readdir(from)).filter(name => name.endsWith('.deb'));
  for (const deb of debs) await rename(join(from, deb), join(to, deb.replace(/_\d+%3a/, '_')));
};
