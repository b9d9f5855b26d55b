import {execFileSync} from 'node:child_process';
import {appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';

/** One sshd that stands for many hosts, and what reaches them. */
export type Hosts = {
  addresses: string[];
  /** A file with an address a line. */
  list: string;
  sshConfig: string;
  sshdConfig: string;
  /** Resolves when it does. */
  answers(): Promise<void>;
};

/** Prepares keys, configurations and an account in this mount and network namespace. */
export const makeHosts = (folder: string, count: number): Hosts => {
  chmodSync(folder, 0o755);
  const run = (program: string, ...args: string[]): void =>
    void execFileSync(program, args, {stdio: 'ignore'});
  const [key, hostKey] = [join(folder, 'key'), join(folder, 'host')];
  for (const file of [key, hostKey]) run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file);
  const layer = join(folder, 'layer');
  const [upper, work] = [join(layer, 'etc'), join(layer, 'work')];
  mkdirSync(layer);
  run('mount', '-t', 'tmpfs', 'tmpfs', layer);
  for (const part of [upper, work]) mkdirSync(part);
  run('mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=/etc,upperdir=${upper},workdir=${work}`, '/etc');
  appendFileSync('/etc/passwd', 'bench:x:64200:65534::/tmp:/bin/sh\n');
  appendFileSync('/etc/shadow', 'bench:*:19000:0:99999:7:::\n');
  run('ip', 'link', 'set', 'lo', 'up');
  run('mkdir', '-p', '/run/sshd');
  const write = (name: string, lines: readonly string[]): string => {
    const file = join(folder, name);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  };
  const known = write('known', [`127.1.* ${readFileSync(`${hostKey}.pub`, 'utf8').trim()}`]);
  const addresses = Array.from(
    {length: count},
    (_, n) => `127.1.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`,
  );
  return {
    addresses,
    list: write('hosts', addresses),
    sshConfig: write('config', [
      ...['Host *', 'User bench', `IdentityFile ${key}`, 'IdentitiesOnly yes', 'IdentityAgent none'],
      ...[`UserKnownHostsFile ${known}`, 'GlobalKnownHostsFile none', 'UpdateHostKeys no'],
    ]),
    sshdConfig: write('sshd', [
      ...['Port 22', 'ListenAddress 0.0.0.0', `HostKey ${hostKey}`, `AuthorizedKeysFile ${key}.pub`],
      ...['PidFile none', 'UsePAM no', 'StrictModes no', 'MaxStartups 1000', 'PrintMotd no', 'UseDNS no'],
    ]),
    answers: async () => {
      const end = performance.now() + 20_000;
      while (performance.now() < end) {
        if (await greets(addresses[0] ?? '')) return;
        await new Promise(resolve => setTimeout(resolve, 50));
      }
      throw new Error('sshd does not answer');
    },
  };
};

const greets = (address: string): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(22, address);
    socket.once('error', () => resolve(false));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
  });
