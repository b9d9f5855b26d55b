/** One version of an RPM made for the lab. */
export type RpmVersion = {
  /** `1.0-1` or, with an epoch, `1:1.0-1`. */
  version: string;
  /** Which repository has it; `gone` is in none. */
  repository: 'base' | 'updates' | 'acme' | 'gone';
  /** Further lines of the head of its spec. */
  tags?: readonly string[];
  files?: Record<string, string>;
  /** Which of the files are configuration, and what happens to an edited one: the new one beside it, or the edited one put aside. */
  configs?: Record<string, 'keep' | 'replace'>;
  /** It brings a copy of the build machine's busybox, in a folder named as it: a program that runs on while it is replaced. */
  program?: true;
  /** Scriptlets, for sh; `lua` ones for the interpreter in rpm. */
  scripts?: Partial<Record<'pre' | 'post' | 'preun' | 'postun' | 'lua', string>>;
  advisory?: RpmAdvisory;
  /** The stream of the module that is named as the package. */
  stream?: string;
  /** What is wrong with its signature. */
  signature?: RpmFlaw;
};

/** None at all, one by a key that no host knows, or one of what the file was before somebody changed it. */
export type RpmFlaw = 'none' | 'stranger' | 'tampered';

/** An entry of updateinfo.xml. */
export type RpmAdvisory = {
  id: string;
  type: 'security' | 'bugfix' | 'enhancement';
  severity?: 'Low' | 'Moderate' | 'Important' | 'Critical';
  cves?: readonly string[];
  suggests?: 'reboot' | 'restart' | 'relogin';
};

export type RpmPackage = {
  name: string;
  /** The hosts that have its first version from the start, by what they install RPMs with; others get it by `install`. */
  on: readonly RpmKit[];
  versions: readonly RpmVersion[];
  /** What its administrator did once it was installed, for sh. */
  then?: Partial<Record<RpmKit, string>>;
};

/** What a host installs RPMs with. Debian's dnf-plugins-core breaks its zypper: a host has one of the two. */
export type RpmKit = 'dnf' | 'zypper';

/** The version that hosts have. */
export const had = (more: Partial<RpmVersion> = {}): RpmVersion => ({
  version: '1.0-1',
  repository: 'base',
  ...more,
});

/** The version that is pending, with its security advisory. */
export const fixed = (number: number, more: Partial<RpmVersion> = {}): RpmVersion => ({
  version: '2.0-1',
  repository: 'updates',
  advisory: {
    id: `LABSA-2026:${number}`,
    type: 'security',
    severity: 'Important',
    cves: [`CVE-2026-${number}`],
  },
  ...more,
});

export const rpmArch = ({program}: RpmVersion): string => (program === undefined ? 'noarch' : 'x86_64');

/** As rpm names the file: without the epoch. */
export const rpmName = (name: string, version: RpmVersion): string =>
  `${name}-${version.version.replace(/^\d+:/, '')}.${rpmArch(version)}.rpm`;
