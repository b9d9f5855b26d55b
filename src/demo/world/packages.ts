/** A package as a host has it installed. */
export type Package = {name: string; arch: string; version: string; source: string; sourceVersion: string};

/** A binary package of an upgrade: its download in bytes, what it unpacks to in KiB, whether it came in as a dependency. */
export type Binary = {name: string; arch: string; bytes: number; unpackedKib: number; automatic: boolean};

/** An entry of a changelog: version, date as in RFC 2822, items. */
export type Entry = readonly [version: string, date: string, ...items: string[]];

/** One source package going from one version to another, with the binaries of it that a host may have. */
export type Upgrade = {
  source: string;
  /** Versions of the binary packages. */
  from: string;
  to: string;
  /** Versions of the source package, where the binaries are numbered otherwise. */
  sourceVersions?: {from: string; to: string};
  suite: 'security' | 'stable' | 'acme';
  /** Where the way back is had from: `cache` when the archive has moved on, `repacked` when nobody has it any more. */
  previous: 'archive' | 'cache' | 'repacked';
  binaries: readonly Binary[];
  /** Packages that it brings along. */
  adds?: readonly Binary[];
  /** Packages that have to go for it: the plain upgrade keeps it back. */
  removes?: readonly string[];
  /** Running kernels before and after. */
  kernel?: {from: string; to: string};
};

export type Release = {
  id: 'bookworm' | 'trixie';
  version: string;
  name: string;
  /** As apt names where a package comes from. */
  origins: Readonly<Record<Upgrade['suite'], string>>;
  base: readonly Package[];
  upgrades: readonly Upgrade[];
  changelogs: Readonly<Record<string, readonly Entry[]>>;
};

/** Reads `name version [all] [<source[=version]]`, separated by `;` or line ends. */
export const readPackages = (text: string): Package[] =>
  words(text).map(([name = '', version = '', ...rest]) => {
    const [source = name, sourceVersion = version] = (
      rest.find(word => word.startsWith('<'))?.slice(1) ?? name
    ).split('=');
    return {name, version, arch: rest.includes('all') ? 'all' : 'amd64', source, sourceVersion};
  });

/** Reads `name bytes unpacked-KiB [all] [auto]`, separated by `;`. */
export const readBinaries = (text: string): Binary[] =>
  words(text).map(([name = '', bytes, unpackedKib, ...flags]) => ({
    name,
    arch: flags.includes('all') ? 'all' : 'amd64',
    bytes: Number(bytes),
    unpackedKib: Number(unpackedKib),
    automatic: flags.includes('auto'),
  }));

/** The changelog of an upgrade, newest entry first, down to the version it comes from. */
export const changelogOf = (release: Release, upgrade: Upgrade): string => {
  const suite = upgrade.suite === 'security' ? `${release.id}-security` : release.id;
  const from = upgrade.sourceVersions?.from ?? upgrade.from;
  const entries: readonly Entry[] = [
    ...(release.changelogs[upgrade.source] ?? []),
    [from, 'Sat, 25 Apr 2026 10:12:03 +0200', 'Rebuild for the point release.'],
  ];
  return entries
    .map(([version, date, ...items]) =>
      [
        `${upgrade.source} (${version}) ${suite}; urgency=${suite.endsWith('-security') ? 'high' : 'medium'}`,
        '',
        ...items.map(item => `  * ${item}`),
        '',
        ` -- Demo Maintainers <maintainers@shop.example>  ${date}`,
        '',
      ].join('\n'),
    )
    .join('\n');
};

const words = (text: string): string[][] =>
  text
    .split(/[;\n]/)
    .map(part => part.trim().split(/\s+/))
    .filter(([name]) => name !== '');
