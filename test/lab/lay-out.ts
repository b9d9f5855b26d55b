import {chmod, copyFile, mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {removeTree} from './base-root.ts';
import {hostAddress, hostName, outsideAddress} from './network.ts';
import type {LabPaths} from './paths.ts';

/** Throws away what the host wrote, and lays out a fresh one with the identity it had. The host must be stopped. */
export const layOut = async (paths: LabPaths, number: number): Promise<void> => {
  const name = hostName(number);
  const folder = paths.host(name);
  await removeTree(folder);
  for (const part of ['upper/etc/ssh', 'work', 'root']) await mkdir(join(folder, part), {recursive: true});
  const etc = join(folder, 'upper/etc');
  await writeFile(join(etc, 'hostname'), `${name}\n`);
  await writeFile(
    join(etc, 'hosts'),
    `127.0.0.1 localhost\n::1 localhost\n${hostAddress(number)} ${name}\n${outsideAddress(number)} mirror.lab\n`,
  );
  const identity = paths.identity(name);
  await copyFile(join(identity, 'machine-id'), join(etc, 'machine-id'));
  for (const key of await readdir(join(identity, 'etc/ssh'))) {
    await copyFile(join(identity, 'etc/ssh', key), join(etc, 'ssh', key));
    await chmod(join(etc, 'ssh', key), key.endsWith('.pub') ? 0o644 : 0o600);
  }
};
