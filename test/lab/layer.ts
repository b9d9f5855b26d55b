import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {copyFile, mkdir, readdir, readFile, rename, stat} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {inPrivateMounts, removeTree} from './base-root.ts';
import {debName} from './build-debs.ts';
import {must} from './command.ts';
import {opsPassword} from './keys.ts';
import type {MakeUp} from './make-up.ts';
import {repositories} from './mirror.ts';
import {mirrorPort} from './network.ts';
import type {LabPaths} from './paths.ts';
import {releaseFacts} from './releases.ts';
import {setUpRpms} from './rpm-kits.ts';
import {rpmName} from './rpm-package.ts';
import {rpmPackages} from './rpm-packages.ts';

/**
 * What a host has over the base root of its release: the user `ops`, the mirror as only source, and the lab's
 * packages in their old versions. Gives the folder of this overlay layer; made once, and again when what it is
 * made of changes.
 */
export const makeLayer = async (paths: LabPaths, makeUp: MakeUp): Promise<string> => {
  const {release, packages} = makeUp;
  const install = packages.map(made => join(paths.faultDebs, debName(made.name, firstOf(made))));
  const cache = await cachedDebs(paths, makeUp);
  const rpms = rpmsOf(makeUp);
  const files = [...install, ...rpms.map(file => join(paths.labRpms, file))];
  const keys = [paths.archiveKey, ...(rpms.length === 0 ? [] : [paths.rpmKey])];
  const script = setUp(makeUp, rpms, (await readFile(`${paths.opsKey}.pub`, 'utf8')).trim());
  const digest = createHash('sha256').update(script);
  for (const lower of lowerOf(paths, makeUp)) digest.update(String((await stat(lower)).mtimeMs));
  for (const file of [...keys, ...files, ...cache]) digest.update(await readFile(file));
  const layer = paths.layer(release, digest.digest('hex'));
  if (existsSync(layer)) return layer;

  const unfinished = `${layer}.part`;
  await removeTree(unfinished);
  for (const part of ['upper/var/cache/apt/archives', 'work', 'root'])
    await mkdir(join(unfinished, part), {recursive: true});
  for (const deb of cache)
    await copyFile(deb, join(unfinished, 'upper/var/cache/apt/archives', await cacheName(deb)));
  const incoming = join(unfinished, 'upper/root/incoming');
  await mkdir(join(unfinished, 'upper/root'), {mode: 0o700});
  await mkdir(incoming);
  for (const file of [...keys, ...files]) await copyFile(file, join(incoming, basename(file)));
  const mount = 'mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"';
  const clean = 'env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive';
  await inPrivateMounts(
    [
      ...['sh', '-ec', `${mount}; exec ${clean} chroot "$2/root" /bin/sh -e`],
      ...['sh', lowerOf(paths, makeUp).join(':'), unfinished],
    ],
    script,
  );
  await rename(join(unfinished, 'upper'), layer);
  await removeTree(unfinished);
  return layer;
};

/** What a host's own layer lies over. */
export const lowerOf = (paths: LabPaths, {release, rpms}: MakeUp): string[] => [
  ...(rpms === undefined ? [] : [paths.kit(release, rpms)]),
  paths.base(release),
];

const rpmsOf = ({rpms}: MakeUp): string[] =>
  rpmPackages.flatMap(({name, on, versions: [first]}) =>
    rpms !== undefined && first !== undefined && on.includes(rpms) ? [rpmName(name, first)] : [],
  );

const firstOf = ({versions}: MakeUp['packages'][number]): string => versions[0]?.version ?? '';

/** The files of installed versions that are still in the host's apt cache. */
const cachedDebs = async (paths: LabPaths, {release, packages}: MakeUp): Promise<string[]> => {
  const folder = paths.debs(release, 'main');
  const names = releaseFacts[release].cached;
  const real = (await readdir(folder)).filter(file => names.some(name => file.startsWith(`${name}_`)));
  const own = packages.filter(made => made.cached === true);
  return [
    ...real.map(file => join(folder, file)),
    ...own.map(made => join(paths.faultDebs, debName(made.name, firstOf(made)))),
  ];
};

/** As apt names it there: with the epoch, which a pool leaves out. */
const cacheName = async (deb: string): Promise<string> => {
  const show = '--showformat=${Package}_${Version}_${Architecture}.deb';
  return (await must('dpkg-deb', ['--show', show, deb])).replace(':', '%3a');
};

const setUp = (
  {release, packages, sudoAsks, repacks, rpms: kit}: MakeUp,
  rpms: readonly string[],
  opsKey: string,
): string => {
  const sources = repositories.map(
    ({path, suite}) => `Types: deb
URIs: http://mirror.lab:${mirrorPort}/${path}
Suites: ${suite.replace('{release}', release)}
Components: main
Signed-By: /usr/share/keyrings/patchdeck-lab.gpg
`,
  );
  return `
umask 022
useradd --create-home --shell /bin/sh --groups sudo ops
echo 'ops:${opsPassword}' | chpasswd
install -d -o ops -g ops -m 700 /home/ops/.ssh
echo '${opsKey}' >/home/ops/.ssh/authorized_keys
chown ops:ops /home/ops/.ssh/authorized_keys
chmod 600 /home/ops/.ssh/authorized_keys
${sudoAsks ? '' : "echo 'ops ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops; chmod 440 /etc/sudoers.d/ops"}

install -m 644 /root/incoming/archive.gpg /usr/share/keyrings/patchdeck-lab.gpg
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
cat >/etc/apt/sources.list.d/lab.sources <<'END'
${sources.join('\n')}END

dpkg -i /root/incoming/*.deb
${kit === undefined ? '' : setUpRpms(kit, rpms, '/root/incoming')}
rm -r /root/incoming
${packages.map(made => made.then ?? '').join('\n')}
${repacks ? '' : 'dpkg --purge dpkg-repack'}
# As on a host that was installed by hand: libraries came along as dependencies.
dpkg-query -W -f '\${Section} \${binary:Package}\\n' | sed -n 's/^libs //p' | xargs apt-mark auto >/dev/null

rm -f /etc/ssh/ssh_host_* /etc/resolv.conf
: >/etc/machine-id
`;
};
