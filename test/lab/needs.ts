import {constants} from 'node:fs';
import {access, readFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {PatchdeckError} from '../../src/model/error.ts';

/** What the lab runs on this machine, and the Debian package that has it. */
const packageOf: Record<string, string> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  'apt-get': 'apt',
  'apt-ftparchive': 'apt-utils',
  'dpkg-deb': 'dpkg',
  rpmbuild: 'rpm',
  createrepo_c: 'createrepo-c',
  gpg: 'gnupg',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  flock: 'util-linux',
  doas: 'opendoas',
  fish: 'fish',
  tcsh: 'tcsh',
  busybox: 'busybox',
  'google-authenticator': 'libpam-google-authenticator',
  'softhsm2-util': 'softhsm2',
};
const archiveKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Throws `lab.needs-root`, `lab.needs-packages` (with the exact apt-get line) or `lab.needs-overlay`
 * before anything was made.
 */
export const checkNeeds = async (): Promise<void> => {
  if (process.getuid?.() !== 0)
    throw new PatchdeckError(
      'input',
      'lab.needs-root',
      'The lab makes whole systems and networks, which only root may. Nothing was made.',
      'Run it again as root: sudo npm run lab -- up',
    );
  const missing = new Set<string>();
  for (const [program, name] of Object.entries(packageOf)) if (!(await onPath(program))) missing.add(name);
  if (!(await exists(archiveKeyring))) missing.add('debian-archive-keyring');
  if (missing.size > 0)
    throw new PatchdeckError(
      'input',
      'lab.needs-packages',
      `The lab needs programs that are not installed here (${[...missing].join(', ')}). Nothing was made.`,
      `Install them: apt-get install -y ${[...missing].sort().join(' ')}`,
    );
  if (!/\boverlay$/m.test(await readFile('/proc/filesystems', 'utf8')))
    throw new PatchdeckError(
      'outside',
      'lab.needs-overlay',
      'The kernel has no overlay file system loaded, on which the hosts live. Nothing was made.',
      'Load it: modprobe overlay',
    );
};

const onPath = async (program: string): Promise<boolean> => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = await Promise.all(folders.map(async folder => exists(join(folder, program), constants.X_OK)));
  return found.includes(true);
};

const exists = async (path: string, mode = constants.R_OK): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
