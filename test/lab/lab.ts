import {resolve} from 'node:path';
import {PatchdeckError} from '../../src/model/error.ts';
import {stop} from './boot.ts';
import type {CommandOptions, CommandResult} from './command.ts';
import {enter} from './enter.ts';
import {writeHandouts} from './handouts.ts';
import {installInside} from './install.ts';
import {opsPassword} from './keys.ts';
import {makeLayer} from './layer.ts';
import {withLock} from './lock.ts';
import {makeUpOf} from './make-up.ts';
import {serveMirror} from './mirror-process.ts';
import {checkNeeds} from './needs.ts';
import * as network from './network.ts';
import {defaultDir, labPaths} from './paths.ts';
import {prepare} from './prepare.ts';
import {isAlive, leaderOf, type ProcessId} from './processes.ts';
import {releaseOf, type Release} from './releases.ts';
import {settle, start} from './start.ts';
import {readState, writeState, type HostRecord, type LabState} from './state.ts';
import {takeDown} from './take-down.ts';

export type LabHost = {
  name: string;
  address: string;
  release: Release;
  state: 'running' | 'stopped';
  network: 'up' | 'cut' | 'none';
  /** The process that keeps it booted. */
  pid: number | undefined;
};

/** A lab that is up. Hosts are given by name: lab1, lab2, ... */
export type Lab = {
  dir: string;
  inventoryPath: string;
  sshConfigPath: string;
  knownHostsPath: string;
  /** The private key of `ops`. */
  opsKeyPath: string;
  /** What sudo wants of `ops` on lab2; the other hosts ask nothing. */
  opsPassword: string;
  list(): Promise<LabHost[]>;
  /** Runs a command as root inside the host, whatever its network and sshd are like. */
  shell(host: string, command: string, options?: CommandOptions): Promise<CommandResult>;
  /** Installs packages of the lab (`NAME=VERSION`) from files that no index needs to have. */
  install(host: string, ...packages: string[]): Promise<void>;
  /** Fresh systems with the same machine-id and host keys, booted together, in a few seconds; cut ones are healed. */
  reset(...hosts: string[]): Promise<void>;
  /** Nothing reaches the host or leaves it until `heal`; what runs there goes on. */
  cut(host: string): Promise<void>;
  heal(host: string): Promise<void>;
  /**
   * Ends every host and the mirror; the base roots, keys and identities stay, unless `purge`. Throws `lab.left-over`
   * when a mount, a namespace or a process of the lab is still there afterwards.
   */
  down(options?: {purge?: boolean}): Promise<void>;
};
type UpOptions = {hosts?: number; dir?: string; say?: (line: string) => void};

/** Makes lab1 to labN, or those of them that are not running; returns when all of them are ready. Needs root. */
export const up = async (options: UpOptions = {}): Promise<Lab> => {
  const {hosts: wanted = 4, say = () => undefined} = options;
  const paths = labPaths(resolve(options.dir ?? defaultDir));
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 250)
    throw new PatchdeckError(
      'input',
      'lab.hosts',
      `A lab has 1 to 250 hosts, not ${wanted}.`,
      'Try --hosts 4',
    );
  await checkNeeds();
  await withLock(async () => {
    const state = await readState(paths);
    const absent = takeIn(state, wanted);
    await prepare(paths, state, say);
    await writeState(paths, state);
    for (const {number} of absent) await network.makeNetwork(number);
    const addresses = state.hosts.map(({number}) => network.outsideAddress(number));
    state.mirror = await serveMirror(paths, state.mirror, addresses);
    await writeState(paths, state);
    await writeHandouts(paths, state.hosts, wanted);
    for (const host of state.hosts) {
      const layer = await makeLayer(paths, makeUpOf(host));
      if (isRunning(host) && host.layer !== layer)
        say(
          `${network.hostName(host.number)} runs as an older version of the lab made it: \`reset\` renews it`,
        );
    }
    const names = absent.map(({number}) => network.hostName(number)).join(', ');
    say(names === '' ? 'all hosts are running' : `booting ${names}`);
    for (const host of absent) await start(paths, state, host);
    await Promise.all(absent.map(async host => settle(paths, host)));
  });
  return openLab(paths.dir);
};

/** The lab of a folder, for changing and asking it; it need not be up. */
export const openLab = (dir: string = defaultDir): Lab => {
  const paths = labPaths(resolve(dir));
  const find = async (name: string): Promise<{state: LabState; host: HostRecord}> => {
    const state = await readState(paths);
    return {state, host: named(state, name, paths.dir)};
  };
  const leader = async (name: string): Promise<ProcessId> => {
    const {host} = await find(name);
    const found = host.keeper === undefined ? undefined : leaderOf(host.keeper);
    if (found !== undefined) return found;
    throw new PatchdeckError('outside', 'lab.not-running', `${name} is not running.`, `Try: reset ${name}`);
  };
  return {
    dir: paths.dir,
    inventoryPath: paths.inventory,
    sshConfigPath: paths.sshConfig,
    knownHostsPath: paths.knownHosts,
    opsKeyPath: paths.opsKey,
    opsPassword,
    list: async () => Promise.all((await readState(paths)).hosts.map(describe)),
    shell: async (name, command, options) => enter(await leader(name), command, options),
    install: async (name, ...packages) => installInside(paths, await leader(name), packages),
    reset: async (...names) =>
      withLock(async () => {
        const state = await readState(paths);
        const hosts = [...new Set(names)].map(name => named(state, name, paths.dir));
        await Promise.all(
          hosts.map(async ({number, keeper}) => {
            if (keeper !== undefined) await stop(number, keeper, true);
          }),
        );
        for (const host of hosts) {
          await network.makeNetwork(host.number);
          await start(paths, state, host);
        }
        await Promise.all(hosts.map(async host => settle(paths, host)));
      }),
    cut: async name => network.cut((await find(name)).host.number),
    heal: async name => network.heal((await find(name)).host.number),
    down: async ({purge = false} = {}) => withLock(async () => takeDown(paths, purge)),
  };
};

const named = (state: LabState, name: string, dir: string): HostRecord => {
  const host = state.hosts.find(each => network.hostName(each.number) === name);
  if (host !== undefined) return host;
  const names = state.hosts.map(each => network.hostName(each.number)).join(', ');
  throw new PatchdeckError(
    'input',
    'lab.no-such-host',
    `The lab in ${dir} has no host "${name}"; it has ${names || 'none'}.`,
    'Make the lab with: npm run lab -- up',
  );
};

/** Adds the wanted hosts to the state; gives those that are not running. Throws `lab.other` when a name is taken. */
const takeIn = (state: LabState, wanted: number): HostRecord[] => {
  for (let number = 1; number <= wanted; number++) {
    const known = state.hosts.find(each => each.number === number);
    if (known !== undefined) {
      if (!isRunning(known)) known.release = releaseOf(number, wanted);
      continue;
    }
    if (network.networkOf(number).length > 0)
      throw new PatchdeckError(
        'busy',
        'lab.other',
        `A network ${network.machineName(number)} is here already and is not of this lab. Nothing was made.`,
        'Another lab is up: take it down with its PATCHDECK_LAB_DIR, or give this one another PATCHDECK_LAB_NETWORK (say, 232).',
      );
    state.hosts.push({number, release: releaseOf(number, wanted)});
  }
  state.hosts.sort((a, b) => a.number - b.number);
  return state.hosts.filter(each => !isRunning(each));
};

const isRunning = (host: HostRecord): boolean => host.keeper !== undefined && isAlive(host.keeper);

const describe = async (host: HostRecord): Promise<LabHost> => {
  const running = isRunning(host);
  const there = network.networkOf(host.number).length === 2;
  return {
    name: network.hostName(host.number),
    address: network.hostAddress(host.number),
    release: host.release,
    state: running ? 'running' : 'stopped',
    network: there ? ((await network.isCut(host.number)) ? 'cut' : 'up') : 'none',
    pid: running ? host.keeper?.pid : undefined,
  };
};
