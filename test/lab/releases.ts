import {z} from 'zod';

export const releaseSchema = z.enum(['bookworm', 'trixie']);
export type Release = z.infer<typeof releaseSchema>;

type ReleaseFacts = {
  version: string;
  /** The suite's name as Debian's Release files have it today: it moves when the next release comes out. */
  suite: string;
  /** Installed beside what every host has, so that real security updates are pending on this release too. */
  extra: readonly string[];
  /** Installed versions that the mirror no longer has, as when a security update was itself replaced. */
  gone: readonly string[];
  /** Installed versions whose files are still in the hosts' apt cache. */
  cached: readonly string[];
};

export const releaseFacts: Record<Release, ReleaseFacts> = {
  bookworm: {
    version: '12',
    suite: 'oldstable',
    extra: [],
    gone: ['libexpat1', 'tzdata'],
    cached: ['tzdata', 'ca-certificates'],
  },
  trixie: {
    version: '13',
    suite: 'stable',
    extra: ['nginx', 'needrestart'],
    gone: ['needrestart'],
    cached: ['nginx-common'],
  },
};

/** What makes a minimal Debian a host that is reached by SSH and patched. */
const common = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'libpam-systemd',
  'openssh-server',
  'sudo',
  'iproute2',
  'procps',
  'ca-certificates',
  'dpkg-repack',
  'gpgv',
  'util-linux',
  'busybox',
];

export const packagesOf = (release: Release): string[] => [...common, ...releaseFacts[release].extra];

/** lab4 is of the newer release; in a smaller lab its last host is, so that two hosts are already two releases. */
export const releaseOf = (number: number, hosts: number): Release =>
  number === 4 || (hosts < 4 && hosts >= 2 && number === hosts) ? 'trixie' : 'bookworm';
