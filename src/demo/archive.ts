import {createHash} from 'node:crypto';
import type {DemoHost, Installed, StagedFile} from './host.ts';
import type {Binary, Package, Upgrade} from './world/packages.ts';

/** A version of a package that the host can have, and what is known of it. */
export type Build = Package & {origin: string; bytes: number; unpackedKib: number; upgrade?: Upgrade};

/** A package that an upgrade offers to this host. */
type Offer = {upgrade: Upgrade; binary: Binary; installed: Installed; build: Build};

/** Everything that is pending on the host, in the order of its release's upgrades. */
export const offersFor = (host: DemoHost): Offer[] =>
  host.release.upgrades.flatMap(upgrade =>
    upgrade.binaries.flatMap(binary => {
      const installed = host.packages.get(binary.name);
      if (installed?.version !== upgrade.from) return [];
      return [{upgrade, binary, installed, build: buildFrom(host, upgrade, binary, 'to')}];
    }),
  );

/** Finds a version of a package in the archive (or in what the host itself has of it). */
export const findBuild = (host: DemoHost, name: string, version: string): Build | undefined => {
  for (const upgrade of host.release.upgrades) {
    const binary = upgrade.binaries.find(item => item.name === name);
    const added = upgrade.adds?.find(item => item.name === name);
    if (binary !== undefined && version === upgrade.from) return buildFrom(host, upgrade, binary, 'from');
    if ((binary ?? added) !== undefined && version === upgrade.to)
      return buildFrom(host, upgrade, binary ?? added ?? fail(name), 'to');
  }
  const known = host.packages.get(name) ?? removedPackage(host, name);
  if (known?.version !== version) return undefined;
  return {...known, origin: host.release.origins.stable, bytes: 48_000, unpackedKib: 180};
};

/** The name apt gives to a package file: the epoch's colon is written %3a. */
export const fileName = (item: {name: string; version: string; arch: string}): string =>
  `${item.name}_${item.version.replaceAll(':', '%3a')}_${item.arch}.deb`;

/** A staged file of a build. Its hash is made from its name: nothing was downloaded. */
export const stagedFile = (
  build: Build,
  folder: StagedFile['folder'],
  source: StagedFile['source'],
): StagedFile => {
  const file = fileName(build);
  return {
    folder,
    name: build.name,
    arch: build.arch,
    version: build.version,
    file,
    sha256: createHash('sha256')
      .update(`${file} ${source === 'repacked' ? source : ''}`)
      .digest('hex'),
    bytes: build.bytes,
    source,
  };
};

/** The newest kernel that is installed, as /boot names it. */
export const installedKernel = (host: DemoHost): string =>
  [...host.packages.values()]
    .map(item => /^linux-image-(\d.*)$/.exec(item.name)?.[1])
    .filter(version => version !== undefined)
    .sort((a, b) => a.localeCompare(b, 'en', {numeric: true}))
    .at(-1) ?? host.runningKernel;

const buildFrom = (host: DemoHost, upgrade: Upgrade, binary: Binary, which: 'from' | 'to'): Build => ({
  name: binary.name,
  arch: binary.arch,
  version: upgrade[which],
  source: upgrade.source,
  sourceVersion: upgrade.sourceVersions?.[which] ?? upgrade[which],
  origin: which === 'to' ? host.release.origins[upgrade.suite] : host.release.origins.stable,
  bytes: binary.bytes,
  unpackedKib: binary.unpackedKib,
  upgrade,
});

/** A package that went for an upgrade can be had again: its file was packed from what was installed. */
const removedPackage = (host: DemoHost, name: string): Package | undefined =>
  host.extra.find(item => item.name === name);

const fail = (name: string): never => {
  throw new Error(`no binary ${name}`);
};
