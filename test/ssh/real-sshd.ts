import {spawn, type ChildProcess} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {must, run} from '../lab/command.ts';

/** A throw-away account of this machine. */
export type Account = {
  name: string;
  password: string;
  /** What sudo wrote about it. */
  sudoLog(): Promise<string>;
};

export type RealSshd = {
  folder: string;
  port: number;
  log(): Promise<string>;
  stop: () => Promise<void>;
};

const doasRules = '/etc/doas.conf';

/** A temp folder that every account may enter. */
export const openFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'patchdeck-sshd-'));
  await chmod(folder, 0o755);
  return folder;
};

/** Makes an account that lives until `removeAccount`; `sudo` and `doas` are its lines in sudoers and doas.conf, undefined: none. */
export const makeAccount = async (
  folder: string,
  options: {shell?: string; sudo?: string; doas?: string; files?: Record<string, string>},
): Promise<Account> => {
  const name = `pdssh${randomBytes(4).toString('hex')}`;
  const password = randomBytes(9).toString('base64url');
  const home = join(folder, name);
  const sudoLog = join(folder, `${name}.sudo`);
  await must('useradd', ['--create-home', '--home-dir', home, '--shell', options.shell ?? '/bin/sh', name]);
  await must('chpasswd', [], {input: `${name}:${password}\n`});
  for (const [file, text] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(home, file)), {recursive: true});
    await writeFile(join(home, file), text, {mode: 0o644});
  }
  if (options.doas !== undefined) {
    await appendFile(doasRules, `${options.doas.replaceAll('USER', name)}\n`, {mode: 0o400});
  }
  if (options.sudo !== undefined) {
    const rules = `Defaults:${name} logfile=${sudoLog}, !lecture\n${options.sudo.replaceAll('USER', name)}\n`;
    await writeFile(`/etc/sudoers.d/${name}`, rules, {mode: 0o440});
    await must('visudo', ['-cqf', `/etc/sudoers.d/${name}`]);
  }
  return {name, password, sudoLog: () => readFile(sudoLog, 'utf8').catch(() => '')};
};

export const removeAccount = async ({name}: Account): Promise<void> => {
  await rm(`/etc/sudoers.d/${name}`, {force: true});
  const rules = await readFile(doasRules, 'utf8').catch(() => '');
  const others = rules.split('\n').filter(line => !line.includes(name));
  if (others.join('\n') !== rules) await writeFile(doasRules, others.join('\n'));
  // Sessions that the test cut may take a moment to end.
  for (let attempt = 0; attempt < 50; attempt += 1) {
    if ((await run('userdel', ['--remove', name])).code === 0) return;
    await run('pkill', ['-KILL', '-u', name]);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`the account ${name} could not be removed`);
};

/**
 * A real sshd of this machine on a port of its own, with host keys in `folder/host_*`. Under another name it asks PAM for the service of that name;
 * `env` is its environment.
 */
export const startSshd = async (
  folder: string,
  authorizedKeys: string,
  extra = '',
  {program = '/usr/sbin/sshd', env = process.env}: {program?: string; env?: NodeJS.ProcessEnv} = {},
): Promise<RealSshd> => {
  await mkdir('/run/sshd', {recursive: true, mode: 0o755});
  const port = await freePort();
  const own = await mkdtemp(join(folder, 'sshd-'));
  await chmod(own, 0o755);
  for (const type of ['ed25519', 'rsa']) {
    await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(folder, `host_${type}`)]);
  }
  const hostKeys = extra.includes('HostKey ')
    ? ''
    : `HostKey ${folder}/host_ed25519\nHostKey ${folder}/host_rsa\n`;
  await writeFile(
    join(own, 'config'),
    `Port ${port}\nListenAddress 127.0.0.1\n${hostKeys}AuthorizedKeysFile ${authorizedKeys}\nStrictModes no\nPidFile none\nUsePAM yes\nKbdInteractiveAuthentication yes\n${extra}\n`,
  );
  const log = join(own, 'log');
  const child = spawn(program, ['-D', '-f', join(own, 'config'), '-E', log], {stdio: 'ignore', env});
  await answering(port, child);
  return {
    folder: own,
    port,
    log: () => readFile(log, 'utf8'),
    stop: async () => {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const answering = async (port: number, child: ChildProcess): Promise<void> => {
  const end = performance.now() + 10_000;
  while (performance.now() < end && child.exitCode === null) {
    const isThere = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', () => resolve(false));
      socket.once('data', () => {
        socket.destroy();
        resolve(true);
      });
    });
    if (isThere) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('sshd does not answer; is openssh-server installed?');
};
