import {existsSync} from 'node:fs';
import {mkdir, rename} from 'node:fs/promises';
import {join} from 'node:path';
import {inPrivateMounts, keepDebs, machineArchive, removeTree} from './base-root.ts';
import {mirrorPort} from './network.ts';
import type {LabPaths} from './paths.ts';
import type {RpmKit} from './rpm-package.ts';
import {rpmPackages} from './rpm-packages.ts';
import {rpmRepositories} from './rpm-repositories.ts';
import type {Release} from './releases.ts';

type KitFacts = {
  /** From Debian. */
  packages: readonly string[];
  /** The host that has it. */
  host: number;
  /** Where its repositories are described. */
  repositories: string;
  /** Further lines of each repository. */
  lines?: readonly string[];
  /** What makes it behave as on a distribution of RPMs, for sh. */
  setUp: string;
};

export const kits: Record<RpmKit, KitFacts> = {
  dnf: {
    packages: ['dnf', 'dnf-plugins-core', 'rpm'],
    host: 5,
    repositories: '/etc/yum.repos.d',
    lines: ['excludepkgs=pdrpm-excluded'],
    // The plugin `local` keeps a repository of its own without signatures, which stops every transaction.
    setUp: `mkdir -p /etc/dnf/vars
echo 12 >/etc/dnf/vars/releasever
sed -i 's/^enabled *=.*/enabled = false/' /etc/dnf/plugins/local.conf`,
  },
  zypper: {
    packages: ['zypper', 'rpm'],
    host: 6,
    repositories: '/etc/zypp/repos.d',
    // As SUSE has it: kernels stand beside each other.
    setUp: `printf '[main]\\nmultiversion = provides:multiversion(kernel)\\n' >/etc/zypp/zypp.conf`,
  },
};

export const kitNames = Object.keys(kits) as RpmKit[];

export const kitOf = (number: number): RpmKit | undefined => kitNames.find(kit => kits[kit].host === number);

/**
 * A package manager of RPMs over the base root of a release, as a layer that is made once. Its .deb files are kept beside, and become a
 * part of the mirror: to apt they are Debian's as everything else.
 */
export const makeKit = async (
  paths: LabPaths,
  release: Release,
  kit: RpmKit,
  say: (line: string) => void,
): Promise<void> => {
  const layer = paths.kit(release, kit);
  if (existsSync(layer)) return;
  say(`${release}: installing ${kit} (once)`);
  const unfinished = `${layer}.part`;
  await removeTree(unfinished);
  await removeTree(paths.kitDebs(release, kit));
  for (const part of ['upper', 'work', 'root']) await mkdir(join(unfinished, part), {recursive: true});
  const {main} = await machineArchive();
  await inPrivateMounts(
    ['sh', '-ec', inside, 'sh', paths.base(release), unfinished],
    `echo 'deb ${main} ${release} main' >/root/kit.list
apt() { apt-get -qq -o Dir::Etc::SourceList=/root/kit.list -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root "$@"; }
apt update
apt -y -o APT::Keep-Downloaded-Packages=true --no-install-recommends install ${kits[kit].packages.join(' ')} >/dev/null
rm -rf /root/kit.list /var/lib/apt/lists/*`,
  );
  await keepDebs(join(unfinished, 'upper/var/cache/apt/archives'), paths.kitDebs(release, kit));
  await rename(join(unfinished, 'upper'), layer);
  await removeTree(unfinished);
};

const inside = `
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "$2/root" /bin/sh -e`;

/** For sh, in a host's layer: the repositories, their key, and RPMs in the order given, which lie in a folder. */
export const setUpRpms = (kit: RpmKit, files: readonly string[], folder: string): string => {
  const {repositories, lines = [], setUp} = kits[kit];
  const described = rpmRepositories.map(
    name => `[${name}]
name=${name} of the lab
baseurl=http://mirror.lab:${mirrorPort}/rpm/${name}
enabled=1
gpgcheck=1
gpgkey=file:///usr/share/keyrings/patchdeck-lab.asc
${lines.join('\n')}
`,
  );
  return `
# Debian's rpm keeps its database in the home of whoever asks.
mkdir -p /etc/rpm
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.lab
install -m 644 ${folder}/archive.asc /usr/share/keyrings/patchdeck-lab.asc
mkdir -p ${repositories}
cat >${repositories}/lab.repo <<'END'
${described.join('\n')}END
${setUp}
rpm --initdb
rpmkeys --import /usr/share/keyrings/patchdeck-lab.asc
rpm --force-debian -i ${files.map(file => `${folder}/${file}`).join(' ')}
${rpmPackages.flatMap(({on, then}) => (on.includes(kit) ? [then?.[kit] ?? ''] : [])).join('\n')}`;
};
