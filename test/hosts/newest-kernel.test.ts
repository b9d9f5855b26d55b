import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {printNewestKernel} from '../../src/hosts/newest-kernel.ts';

/** What a host with these files in /boot says. */
const newest = async (running: string, machine: string, files: readonly string[]): Promise<string> => {
  const boot = await mkdtemp(join(tmpdir(), 'patchdeck-boot-'));
  try {
    for (const file of files) await writeFile(join(boot, file), '');
    const uname = `uname() { case $1 in -r) echo '${running}' ;; -m) echo '${machine}' ;; esac; }`;
    const {stdout} = await promisify(execFile)('/bin/sh', ['-c', `${uname}\n${printNewestKernel(boot)}`]);
    return stdout.trim();
  } finally {
    await rm(boot, {recursive: true});
  }
};

const bookworm = [
  ...['vmlinuz-6.1.0-9-amd64', 'vmlinuz-6.1.0-18-amd64', 'vmlinuz-6.1.0-40-amd64'],
  ...['vmlinuz-6.1.0-41-rt-amd64', 'vmlinuz-6.1.0-42-cloud-amd64', 'initrd.img-6.1.0-43-amd64'],
];
const trixie = [
  'vmlinuz-6.12.38+deb13-amd64',
  'vmlinuz-6.12.41+deb13-amd64',
  'vmlinuz-6.12.48+deb13-rt-amd64',
];
const alma = [
  ...['vmlinuz-5.14.0-427.el9.x86_64', 'vmlinuz-5.14.0-503.11.1.el9_5.x86_64'],
  ...['vmlinuz-5.14.0-570.el9.x86_64+debug', 'vmlinuz-0-rescue-0123456789abcdef0123456789abcdef'],
];

test.each([
  ['6.1.0-18-amd64', 'x86_64', bookworm, '6.1.0-40-amd64'],
  ['6.1.0-18-rt-amd64', 'x86_64', bookworm, '6.1.0-41-rt-amd64'],
  ['6.1.0-18-cloud-amd64', 'x86_64', bookworm, '6.1.0-42-cloud-amd64'],
  // Alpine's is named after its flavour alone: its version is the package's.
  ['6.6.31-0-lts', 'x86_64', ['vmlinuz-lts', 'vmlinuz-virt'], ''],
  ['6.12.38+deb13-amd64', 'x86_64', trixie, '6.12.41+deb13-amd64'],
  ['6.12.38+deb13-rt-amd64', 'x86_64', trixie, '6.12.48+deb13-rt-amd64'],
  ['6.1.0-0.deb11.21-amd64', 'x86_64', bookworm, '6.1.0-40-amd64'],
  ['6.8.0-45-generic', 'x86_64', ['vmlinuz-6.8.0-51-generic', 'vmlinuz-6.8.0-1020-aws'], '6.8.0-51-generic'],
  ['5.14.0-427.el9.x86_64', 'x86_64', alma, '5.14.0-503.11.1.el9_5.x86_64'],
  ['5.14.0-570.el9.x86_64+debug', 'x86_64', alma, '5.14.0-570.el9.x86_64+debug'],
  ['6.4.0-150600.23-default', 'x86_64', ['vmlinuz-6.4.0-150600.30-default'], '6.4.0-150600.30-default'],
  ['6.12.0-lab', 'x86_64', [], ''],
])(
  'a host that runs %s on %s is asked for the newest kernel of its flavour',
  async (running, machine, files, kernel) => {
    expect(await newest(running, machine, files)).toBe(kernel);
  },
);
