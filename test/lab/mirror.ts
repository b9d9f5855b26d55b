import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {link, mkdir, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {must} from './command.ts';
import {debName} from './build-debs.ts';
import {faultPackages} from './fault-packages.ts';
import {endAgent, sign} from './keys.ts';
import type {LabPaths} from './paths.ts';
import {releaseFacts, type Release} from './releases.ts';
import type {RpmKit} from './rpm-package.ts';
import {publishRpms} from './rpm-repositories.ts';

type Suite = {
  /** The repository's folder below the mirror, as in a host's sources. */
  repository: 'debian' | 'debian-security' | 'acme';
  codename: string;
  release: Release;
  fields: Record<string, string>;
  debs: string[];
};

/** The repositories as hosts have them in their sources; `{release}` is filled in. */
export const repositories = [
  {name: 'debian', path: 'debian', suite: '{release}'},
  {name: 'debian-security', path: 'debian-security', suite: '{release}-security'},
  {name: 'acme', path: 'acme', suite: '{release}'},
] as const;

/**
 * Lays out and signs the mirror, unless it is already made of the same files. As in Debian's archive, the base suite
 * has what the last point release had, the security suite only the newest version, and what lay between is gone,
 * from the index as from the pool: some installed versions are made to be of that kind.
 */
export const publishMirror = async (
  paths: LabPaths,
  releases: readonly Release[],
  kits: readonly {release: Release; kit: RpmKit}[],
  say: (line: string) => void,
): Promise<void> => {
  const suites = (await Promise.all(releases.map(async release => suitesOf(paths, release, kits)))).flat();
  const rpms = kits.length === 0 ? '' : await readFile(join(paths.labRpms, '.made-from'), 'utf8');
  const digest = await digestOf(suites, rpms);
  const stamp = join(paths.mirror, '.made-from');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return;
  say('laying out the mirror');
  const next = `${paths.mirror}.next`;
  await rm(next, {recursive: true, force: true});
  try {
    for (const suite of suites) await publishSuite(paths, next, suite);
    if (kits.length > 0) await publishRpms(paths, next);
  } finally {
    await endAgent(paths);
  }
  await writeFile(join(next, '.made-from'), digest);
  await rm(paths.mirror, {recursive: true, force: true});
  await rename(next, paths.mirror);
};

const suitesOf = async (
  paths: LabPaths,
  release: Release,
  kits: readonly {release: Release; kit: RpmKit}[],
): Promise<Suite[]> => {
  const {suite, version, gone} = releaseFacts[release];
  const debian = {Origin: 'Debian', Version: version};
  const real = async (which: 'main' | 'security'): Promise<string[]> => {
    const folder = paths.debs(release, which);
    return (await readdir(folder)).map(name => join(folder, name));
  };
  const ofKits = new Map<string, string>();
  for (const each of kits.filter(other => other.release === release)) {
    const folder = paths.kitDebs(release, each.kit);
    for (const name of await readdir(folder)) ofKits.set(name, join(folder, name));
  }
  const notGone = (deb: string): boolean => !gone.some(name => basename(deb).startsWith(`${name}_`));
  const own = (which: 'main' | 'security' | 'acme'): string[] =>
    faultPackages.flatMap(made =>
      made.versions
        .filter(each => each.suite === which)
        .map(each => join(paths.faultDebs, debName(made.name, each.version))),
    );
  return [
    {
      repository: 'debian',
      codename: release,
      release,
      fields: {...debian, Label: 'Debian', Suite: suite, Description: `Debian ${version}`},
      debs: [...(await real('main')).filter(notGone), ...ofKits.values(), ...own('main')],
    },
    {
      repository: 'debian-security',
      codename: `${release}-security`,
      release,
      fields: {...debian, Label: 'Debian-Security', Suite: `${suite}-security`},
      debs: [...(await real('security')), ...own('security')],
    },
    {
      repository: 'acme',
      codename: release,
      release,
      fields: {Origin: 'Acme', Label: 'Acme Tools', Suite: release},
      debs: own('acme'),
    },
  ];
};

const digestOf = async (suites: readonly Suite[], rpms: string): Promise<string> => {
  const hash = createHash('sha256').update(rpms);
  for (const suite of suites) {
    hash.update(JSON.stringify(suite));
    for (const deb of suite.debs) hash.update(String((await stat(deb)).mtimeMs));
  }
  return hash.digest('hex');
};

const publishSuite = async (paths: LabPaths, mirror: string, suite: Suite): Promise<void> => {
  const repository = join(mirror, suite.repository);
  const pool = `pool/${suite.release}`;
  const architecture = (await must('dpkg', ['--print-architecture'])).trim();
  const binary = `dists/${suite.codename}/main/binary-${architecture}`;
  await mkdir(join(repository, pool), {recursive: true});
  await mkdir(join(repository, binary), {recursive: true});
  for (const deb of suite.debs) await link(deb, join(repository, pool, basename(deb)));

  // Without its --db cache, which takes a file that was built anew for the one it knows.
  const packages = await must('apt-ftparchive', ['packages', pool], {cwd: repository});
  await writeFile(join(repository, binary, 'Packages'), packages);
  await writeFile(join(repository, binary, 'Packages.gz'), gzipSync(packages));

  const fields = {...suite.fields, Codename: suite.codename, Architectures: architecture, Components: 'main'};
  const settings = Object.entries(fields).flatMap(([field, value]) => [
    '-o',
    `APT::FTPArchive::Release::${field}=${value}`,
  ]);
  const release = await must('apt-ftparchive', [...settings, 'release', `dists/${suite.codename}`], {
    cwd: repository,
  });
  const signed = await sign(paths, release);
  await writeFile(join(repository, `dists/${suite.codename}/InRelease`), signed);
};
