import {existsSync} from 'node:fs';
import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {must} from './command.ts';
import type {LabPaths} from './paths.ts';

/** What `ops` answers where sudo asks (lab2). The lab is reachable from this machine only. */
export const opsPassword = 'lab-ops-password';

/** Makes the key that signs the mirror and the SSH key of `ops`, once. */
export const makeKeys = async (paths: LabPaths): Promise<void> => {
  await mkdir(dirname(paths.opsKey), {recursive: true, mode: 0o755});
  if (!existsSync(paths.archiveKey)) {
    await mkdir(paths.gnupg, {recursive: true, mode: 0o700});
    const gpg = async (...args: string[]) => must('gpg', ['--homedir', paths.gnupg, '--batch', ...args]);
    const owner = 'Patchdeck Lab Archive <lab@example.org>';
    await gpg('--passphrase', '', '--quick-generate-key', owner, 'ed25519', 'sign', 'never');
    await gpg('--output', paths.archiveKey, '--export');
    await chmod(paths.archiveKey, 0o644);
    await endAgent(paths);
  }
  if (!existsSync(paths.rpmKey)) {
    await must('gpg', ['--homedir', paths.gnupg, '--batch', '--armor', '--output', paths.rpmKey, '--export']);
    await chmod(paths.rpmKey, 0o644);
  }
  if (!existsSync(paths.opsKey))
    await must('ssh-keygen', [
      ...['-q', '-t', 'ed25519', '-N', '', '-C', 'ops@patchdeck-lab'],
      ...['-f', paths.opsKey],
    ]);
  await writeFile(paths.opsPassword, `${opsPassword}\n`, {mode: 0o600});
};

/** The text with the mirror's signature; afterwards `endAgent`. */
export const sign = async (paths: LabPaths, text: string): Promise<string> =>
  must('gpg', ['--homedir', paths.gnupg, '--batch', '--clearsign'], {input: text});

/** A signature beside a file, as repositories of RPMs have it; afterwards `endAgent`. */
export const signFile = async (paths: LabPaths, file: string): Promise<string> =>
  must('gpg', ['--homedir', paths.gnupg, '--batch', '--armor', '--detach-sign', file]);

/** Signs RPMs in their heads; afterwards `endAgent`. */
export const signRpms = async (paths: LabPaths, files: readonly string[]): Promise<string> =>
  rpmsign(paths.gnupg, 'lab@example.org', files);

/** Signs them with a key that no host knows; afterwards `endAgent`. */
export const signAsStranger = async (paths: LabPaths, files: readonly string[]): Promise<string> => {
  const owner = 'stranger@example.org';
  if (!existsSync(paths.strangersGnupg)) {
    await mkdir(paths.strangersGnupg, {recursive: true, mode: 0o700});
    const key = ['--quick-generate-key', `Stranger <${owner}>`, 'ed25519', 'sign', 'never'];
    await must('gpg', ['--homedir', paths.strangersGnupg, '--batch', '--passphrase', '', ...key]);
  }
  return await rpmsign(paths.strangersGnupg, owner, files);
};

const rpmsign = async (gnupg: string, owner: string, files: readonly string[]): Promise<string> =>
  must('rpmsign', [
    ...['--addsign', '--define', '__gpg /usr/bin/gpg', '--define', `_gpg_path ${gnupg}`],
    ...['--define', `_gpg_name ${owner}`, ...files],
  ]);

/** Whoever uses a key starts an agent, which would outlive the lab. */
export const endAgent = async (paths: LabPaths): Promise<void> => {
  for (const gnupg of [paths.gnupg, paths.strangersGnupg].filter(existsSync))
    await must('gpgconf', ['--homedir', gnupg, '--kill', 'all']);
};

/** A host's machine-id and SSH host keys: made once, kept through `reset` and `down`, so that it stays the same host. */
export const makeIdentity = async (paths: LabPaths, host: string): Promise<void> => {
  const folder = paths.identity(host);
  if (existsSync(join(folder, 'machine-id'))) return;
  await mkdir(join(folder, 'etc/ssh'), {recursive: true});
  await must('ssh-keygen', ['-q', '-A', '-f', folder]);
  const id = (await readFile('/proc/sys/kernel/random/uuid', 'utf8')).replaceAll('-', '');
  await writeFile(join(folder, 'machine-id'), id);
};
