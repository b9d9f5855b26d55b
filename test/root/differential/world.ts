import {spawn, type ChildProcess} from 'node:child_process';
import {appendFile, chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {join} from 'node:path';
import {must} from '../../lab/command.ts';
import {hashedName, makeKeys, type Keys} from './keys.ts';

/** Five sshds with addresses and names of their own, seen by nobody outside: this runs in its own mount and network namespace. */
export type World = {
  folder: string;
  keys: Keys;
  /** Fills in `{keys}`, `{world}`, `{NAME}` (a public key) and `{hashed:NAME}`. */
  fill(text: string): string;
  stop(): Promise<void>;
};

type Server = {name: string; number: number; hostKeys: string[]; more: string[]};

const letIn = '{world}/authorized';
const servers: Server[] = [
  {
    name: 'a',
    number: 1,
    hostKeys: ['a.ed25519', 'a.ecdsa', 'a.rsa'],
    more: ['Port 2200', `AuthorizedKeysFile ${letIn}`],
  },
  {name: 'b', number: 2, hostKeys: ['b'], more: [`AuthorizedKeysFile ${letIn}`]},
  {
    name: 'c',
    number: 3,
    hostKeys: ['c'],
    more: ['HostCertificate {keys}/c-cert.pub', `AuthorizedKeysFile ${letIn}`],
  },
  {
    name: 'd',
    number: 4,
    hostKeys: ['d'],
    more: ['TrustedUserCAKeys {keys}/user-ca.pub', 'AuthorizedKeysFile none'],
  },
  {name: 'e', number: 5, hostKeys: ['e'], more: [`AuthorizedKeysFile ${letIn}`]},
];

export const addressOf = (number: number): string => `10.99.0.${number}`;

export const makeWorld = async (folder: string): Promise<World> => {
  await chmod(folder, 0o755);
  const keys = await makeKeys(join(folder, 'keys'));
  const fill = (text: string): string =>
    text
      .replaceAll('{world}', folder)
      .replaceAll('{keys}', join(folder, 'keys'))
      .replace(/\{hashed:([^}]+)\}/g, (_, name: string) => hashedName(name))
      .replace(/\{([a-z.-]+)\}/g, (whole, name: string) => keys.get(name) ?? whole);
  await makeMachine(folder);
  await writeFile(
    join(folder, 'authorized'),
    ['good', 'good.ed25519', 'good.ecdsa', 'good.rsa', 'locked']
      .map(name => `${fill(`{${name}}`)}\n`)
      .join(''),
  );
  const running = await Promise.all(servers.map(server => startServer(folder, server, fill)));
  const agent = join(folder, 'agent');
  const agentProcess = spawn('ssh-agent', ['-D', '-a', agent], {stdio: 'ignore'});
  await answering(() => must('ssh-add', ['-q', join(folder, 'keys/good')], {env: {SSH_AUTH_SOCK: agent}}));
  return {
    folder,
    keys,
    fill,
    stop: async () => {
      await Promise.all([...running, agentProcess].map(ended));
    },
  };
};

/** Names, accounts and addresses that only this namespace has; what they hide is as it was when the namespace ends. */
const makeMachine = async (folder: string): Promise<void> => {
  const home = join(folder, 'home');
  await mkdir(join(home, '.ssh'), {recursive: true, mode: 0o700});
  // Single files that were mounted would vanish as soon as anybody on this machine replaces the real ones (useradd does).
  const layer = join(folder, 'layer');
  await mkdir(layer);
  await must('mount', ['-t', 'tmpfs', 'tmpfs', layer]);
  const [upper, work] = [join(layer, 'etc'), join(layer, 'work')];
  for (const part of [upper, work]) await mkdir(part, {mode: 0o755});
  await must('mount', [
    ...['-t', 'overlay', 'overlay', '-o', `lowerdir=/etc,upperdir=${upper},workdir=${work}`, '/etc'],
  ]);
  const own = async (path: string, change: (text: string) => string): Promise<void> => {
    await writeFile(path, change(await readFile(path, 'utf8').catch(() => '')));
  };
  const accounts = ['alice', 'bob'];
  await own('/etc/hosts', () =>
    servers.map(({name, number}) => `${addressOf(number)} ${name}.lab.test ${name}.other.test\n`).join(''),
  );
  await own('/etc/nsswitch.conf', () => 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n');
  await own('/etc/passwd', text => {
    const mine = accounts.map((name, n) => `${name}:x:${64_100 + n}:65534::/tmp:/bin/sh\n`).join('');
    return text.replace(/^(root:[^:]*:0:0:[^:]*:)[^:]*/m, `$1${home}`) + mine;
  });
  await own('/etc/shadow', text => text + accounts.map(name => `${name}:*:19000:0:99999:7:::\n`).join(''));
  await must('ip', ['link', 'set', 'lo', 'up']);
  for (const {number} of servers) await must('ip', ['addr', 'add', `${addressOf(number)}/32`, 'dev', 'lo']);
};

const startServer = async (
  folder: string,
  {name, number, hostKeys, more}: Server,
  fill: World['fill'],
): Promise<ChildProcess> => {
  await mkdir('/run/sshd', {recursive: true, mode: 0o755});
  const config = join(folder, `sshd-${name}`);
  const lines = [
    ...['Port 22', `ListenAddress ${addressOf(number)}`, 'PidFile none', 'UsePAM no', 'StrictModes no'],
    ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'MaxStartups 100'],
    ...hostKeys.map(key => `HostKey {keys}/${key}`),
    ...more,
  ];
  // Ports have to stand before the addresses.
  lines.sort((x, y) => Number(y.startsWith('Port')) - Number(x.startsWith('Port')));
  await writeFile(config, fill(`${lines.join('\n')}\n`));
  const log = join(folder, `sshd-${name}.log`);
  await appendFile(log, '');
  const child = spawn('/usr/sbin/sshd', ['-D', '-f', config, '-E', log], {stdio: 'ignore'});
  await answering(() => greeting(addressOf(number)));
  return child;
};

const greeting = (address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(22, address);
    socket.once('error', reject);
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
  });

const answering = async (attempt: () => Promise<unknown>): Promise<void> => {
  const end = performance.now() + 20_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
};

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise(resolve => {
    if (child.exitCode !== null) resolve(undefined);
    child.once('exit', resolve);
    child.kill();
  });
