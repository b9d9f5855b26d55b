import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {stringify} from 'yaml';
import {addressPattern, hostAddress, hostName} from './network.ts';
import {defaultDir, labPaths, type LabPaths} from './paths.ts';
import type {Release} from './releases.ts';
import {readState, type HostRecord} from './state.ts';

/** Files with which anybody on this machine reaches the hosts. */
export type Handouts = {
  directory: string;
  sshConfig: string;
  knownHosts: string;
  inventory: string;
  /** The private key of `ops`, without a passphrase. */
  key: string;
  /** A file with the password of `ops`, which sudo asks for on lab2 only. */
  password: string;
  hosts: {name: string; address: string; release: Release}[];
};

/** What the lab of a folder has given out; it has no hosts when it is not up. */
export const handouts = async (directory: string = defaultDir): Promise<Handouts> => {
  const paths = labPaths(directory);
  const {hosts} = await readState(paths);
  return {
    directory,
    sshConfig: paths.sshConfig,
    knownHosts: paths.knownHosts,
    inventory: paths.inventory,
    key: paths.opsKey,
    password: paths.opsPassword,
    hosts: hosts.map(({number, release}) => ({
      name: hostName(number),
      address: hostAddress(number),
      release,
    })),
  };
};

/** The inventory has the hosts that were asked for: a lab that is larger already is no larger fleet. */
export const writeHandouts = async (
  paths: LabPaths,
  hosts: readonly HostRecord[],
  wanted: number,
): Promise<void> => {
  await writeFile(paths.sshConfig, sshConfig(paths, hosts), {mode: 0o644});
  await writeFile(paths.knownHosts, await knownHosts(paths, hosts), {mode: 0o644});
  const text = stringify(inventory(hosts.filter(({number}) => number <= wanted)), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  await writeFile(paths.inventory, text, {mode: 0o644});
};

const sshConfig = (paths: LabPaths, hosts: readonly HostRecord[]): string => {
  const named = hosts.map(({number}) => `Host ${hostName(number)}\n  HostName ${hostAddress(number)}\n`);
  return `${named.join('\n')}
Host lab* ${addressPattern}
  Port 22
  User ops
  IdentityFile ${paths.opsKey}
  IdentitiesOnly yes
  UserKnownHostsFile ${paths.knownHosts}
  StrictHostKeyChecking yes
`;
};

const knownHosts = async (paths: LabPaths, hosts: readonly HostRecord[]): Promise<string> => {
  const lines: string[] = [];
  for (const {number} of hosts) {
    const folder = join(paths.identity(hostName(number)), 'etc/ssh');
    for (const file of (await readdir(folder)).filter(name => name.endsWith('.pub')).sort()) {
      const [type = '', key = ''] = (await readFile(join(folder, file), 'utf8')).split(' ');
      lines.push(`${hostName(number)},${hostAddress(number)} ${type} ${key}\n`);
    }
  }
  return lines.join('');
};

/** lab1 is the canary, lab2 goes first after it, the others together; lab3 and lab4 are databases, lab4 a dear one. */
const inventory = (hosts: readonly HostRecord[]) => {
  const host = ({number}: HostRecord) => ({
    address: hostAddress(number),
    groups: [number === 3 || number === 4 ? 'db' : 'web'],
    ...(number === 1 ? {canary: true} : {}),
    ...(number === 4 ? {criticality: 'high'} : {}),
    wave: Math.min(number, 3),
    owner: 'lab',
    tags: ['lab'],
  });
  const smoke = [{unit: 'pdlab-web.service'}, {http: {url: 'http://{address}:8080/health', status: 200}}];
  return {
    fleet: 'lab',
    defaults: {user: 'ops', become: 'sudo'},
    groups: {
      web: {criticality: 'high', exposure: 'internet', smoke},
      db: {criticality: 'medium', exposure: 'internal', data: 'regulated', smoke},
    },
    hosts: Object.fromEntries(hosts.map(each => [hostName(each.number), host(each)])),
  };
};
