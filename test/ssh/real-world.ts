import {readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Host} from '../../src/model/host.ts';
import type {Asker} from '../../src/model/question.ts';
import type {Session, Transport} from '../../src/ssh/session.ts';
import {defaultConnectLimits, type ConnectLimits} from '../../src/ssh/settings.ts';
import {createTransport} from '../../src/ssh/transport.ts';
import {must} from '../lab/command.ts';
import {makeAccount, openFolder, removeAccount, startSshd, type Account, type RealSshd} from './real-sshd.ts';
import {asker, hostNamed, never, script} from './world.ts';

type Accounts = Record<'bash' | 'traced' | 'dash' | 'asks' | 'outsider' | 'nologin', Account>;

/** A real sshd on loopback and throw-away accounts of this machine; only as root, and only where nothing can be harmed. */
export type RealWorld = {
  folder: string;
  accounts: Accounts;
  sshd: RealSshd;
  /** A private key that is let in everywhere. */
  key: string;
  known: string;
  /** Starts another sshd with the same host keys, which ends with this world. */
  start: (authorizedKeys: string, extra?: string) => Promise<RealSshd>;
  /** Writes known_hosts: these servers. */
  knowAll: (...servers: RealSshd[]) => Promise<void>;
  /** Writes an ssh_config with one entry, `target`, so that a real ssh can be asked as well; gives its path. */
  configure: (lines: string[]) => Promise<string>;
  transport: (configFile: string, useAgent?: boolean, limits?: ConnectLimits) => Transport;
  host: (account: Account, changes?: Partial<Host>) => Host;
  open: (account: Account, ask?: Asker) => Promise<Session>;
  output: (session: Session, body: string, root?: boolean) => Promise<string>;
  remove: () => Promise<void>;
};

const noise = `echo 'Welcome to this machine'\nprintf 'no newline'\necho 'oops' >&2\nprintf '\\033]0;title\\007'\n`;

export const makeRealWorld = async (): Promise<RealWorld> => {
  const folder = await openFolder();
  const [key, known] = [join(folder, 'id'), join(folder, 'known_hosts')];
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const sshd = await startSshd(folder, `${key}.pub`);
  const accounts = await makeAccounts(folder);
  const servers = [sshd];
  const world: RealWorld = {
    folder,
    accounts,
    sshd,
    key,
    known,
    start: async (authorizedKeys, extra) => {
      const server = await startSshd(folder, authorizedKeys, extra);
      servers.push(server);
      return server;
    },
    knowAll: async (...trusted) => {
      const keys = await Promise.all(
        ['ed25519', 'rsa'].map(type => readFile(join(folder, `host_${type}.pub`), 'utf8')),
      );
      await writeFile(
        known,
        trusted.flatMap(({port}) => keys.map(line => `[127.0.0.1]:${port} ${line}`)).join(''),
      );
    },
    configure: async lines => {
      const file = join(folder, 'config');
      const own = ['Host target', ' HostName 127.0.0.1', ` Port ${sshd.port}`, ...lines];
      const usual = [
        'Host *',
        ` IdentityFile ${key}`,
        ` UserKnownHostsFile ${known}`,
        ' GlobalKnownHostsFile none',
        ' HashKnownHosts no',
      ];
      await writeFile(file, `${[...own, ...usual].join('\n')}\n`);
      return file;
    },
    transport: (configFile, useAgent = false, limits = defaultConnectLimits) =>
      createTransport({
        limits,
        configFile,
        identityFiles: [],
        knownHostsFiles: [],
        useAgent,
        deadlines: {connectMs: 20_000, firstByteMs: 20_000, scriptMs: 30_000},
      }),
    host: (account, changes) => hostNamed('target', {user: account.name, ...changes}),
    open: async (account, ask = asker().ask) => {
      await world.knowAll(sshd);
      return world.transport(await world.configure([])).open(world.host(account), ask, never);
    },
    output: async (session, body, root = false) =>
      Buffer.from((await session.run(script(body, root))).stdout).toString(),
    remove: async () => {
      for (const server of servers) await server.stop();
      for (const account of Object.values(accounts)) await removeAccount(account);
      await rm(folder, {recursive: true, force: true});
    },
  };
  return world;
};

const makeAccounts = async (folder: string): Promise<Accounts> => {
  const free = 'USER ALL=(ALL) NOPASSWD: ALL';
  return {
    bash: await makeAccount(folder, {
      shell: '/bin/bash',
      sudo: free,
      files: {'.bashrc': noise, '.profile': noise},
    }),
    traced: await makeAccount(folder, {shell: '/bin/bash', sudo: free, files: {'.bashrc': 'set -x\n'}}),
    dash: await makeAccount(folder, {shell: '/bin/dash', sudo: free, files: {'.profile': noise}}),
    asks: await makeAccount(folder, {sudo: 'USER ALL=(ALL) ALL'}),
    outsider: await makeAccount(folder, {}),
    nologin: await makeAccount(folder, {shell: '/usr/sbin/nologin'}),
  };
};
