import {createHash} from 'node:crypto';
import {join, resolve} from 'node:path';
import {packagesOf, type Release} from './releases.ts';
import type {RpmKit} from './rpm-package.ts';

/** PATCHDECK_LAB_DIR puts the lab elsewhere; a second one at the same time needs PATCHDECK_LAB_NETWORK too. */
export const defaultDir = resolve(process.env['PATCHDECK_LAB_DIR'] ?? '/var/lib/patchdeck-lab');

/** Where everything of a lab lives. `cache` outlives `down`; `hosts` and the mirror's process do not. */
export const labPaths = (dir: string) => {
  const cache = join(dir, 'cache');
  return {
    dir,
    cache,
    state: join(dir, 'state.json'),
    inventory: join(dir, 'inventory.yaml'),
    sshConfig: join(dir, 'ssh_config'),
    knownHosts: join(dir, 'known_hosts'),
    opsKey: join(dir, 'keys', 'ops'),
    opsPassword: join(dir, 'keys', 'ops-password'),
    gnupg: join(dir, 'keys', 'gnupg'),
    strangersGnupg: join(dir, 'keys', 'strangers-gnupg'),
    archiveKey: join(dir, 'keys', 'archive.gpg'),
    /** The same key as rpm reads it. */
    rpmKey: join(dir, 'keys', 'archive.asc'),
    mirror: join(dir, 'mirror'),
    mirrorLog: join(dir, 'mirror.log'),
    faultDebs: join(cache, 'fault-debs'),
    labRpms: join(cache, 'rpms'),
    base: (release: Release) => join(cache, 'roots', made(release)),
    debs: (release: Release, suite: 'main' | 'security') => join(cache, 'debs', made(release), suite),
    kit: (release: Release, kit: RpmKit) => join(cache, 'kits', `${made(release)}-${kit}`),
    kitDebs: (release: Release, kit: RpmKit) => join(cache, 'kits', `${made(release)}-${kit}-debs`),
    layer: (release: Release, digest: string) => join(cache, 'layers', `${release}-${digest.slice(0, 16)}`),
    identity: (host: string) => join(dir, 'identities', host),
    host: (host: string) => join(dir, 'hosts', host),
    consoleLog: (host: string) => join(dir, 'hosts', host, 'console.log'),
  };
};
export type LabPaths = ReturnType<typeof labPaths>;

/** A root of other packages is another root: running hosts stand on the old one. */
const made = (release: Release): string => {
  const digest = createHash('sha256').update(packagesOf(release).join()).digest('hex');
  return `${release}-${digest.slice(0, 8)}`;
};
