import {cleanLine} from '../model/clean.ts';
import type {InstalledPackage} from '../model/package.ts';
import type {Scan} from '../model/scan.ts';
import {ecosystemOf, managerOfRelease} from './ecosystem.ts';
import {kernelOf, recordedSource, type Kernel} from './kernel-package.ts';
import {belonging, type Belonging} from './strangers.ts';
import {orderOf, type Order} from './version-order.ts';

/** One source package in one version with one candidate, on all hosts where that is so: it is matched once. */
export type PackageGroup = {
  ecosystem: string;
  source: string;
  installed: string;
  candidate: string | null;
  /** Of the running kernel: the newest installed version. */
  booting: string | undefined;
  /** Places in `hosts`. */
  hosts: number[];
};

export type Collected = {
  hosts: readonly string[];
  groups: ReadonlyMap<string, PackageGroup>;
  /** Releases that no feed could cover, by the name the host gives itself. */
  foreign: ReadonlyMap<string, string[]>;
  /** Sources of third parties, with hosts. */
  uncovered: ReadonlyMap<string, string[]>;
  /** Kernels that run and are of no package of the distribution, and packages of which nobody knows whose they are. */
  unjudged: ReadonlyMap<string, Unjudged>;
};

type Unjudged = {source: string; version: string; why: string; hosts: string[]};

export type Collector = {add(scan: Scan): void; collected: Collected};

/** Gathers what is installed in a fleet, scan by scan, so that no more than one has to be held. */
export const createCollector = (): Collector => {
  const hosts: string[] = [];
  const groups = new Map<string, PackageGroup>();
  const foreign = new Map<string, string[]>();
  const uncovered = new Map<string, string[]>();
  const unjudged = new Map<string, Unjudged>();
  return {
    collected: {hosts, groups, foreign, uncovered, unjudged},
    add: scan => {
      const ecosystem = ecosystemOf(scan.facts.os);
      const order = ecosystem === undefined ? undefined : orderOf(ecosystem);
      if (ecosystem === undefined || order === undefined) {
        append(foreign, scan.facts.os.name, scan.host);
        return;
      }
      const host = hosts.push(scan.host) - 1;
      const manager = managerOfRelease(ecosystem);
      const packages = belonging(scan, manager);
      const kernel = kernelOf({facts: scan.facts, installed: packages.own}, order);
      for (const [key, group] of groupsOf(packages, kernel, ecosystem, order)) {
        const known = groups.get(key);
        if (known === undefined) groups.set(key, {...group, hosts: [host]});
        else known.hosts.push(host);
      }
      for (const source of packages.thirdParty) append(uncovered, source, scan.host);
      const strange = packages.nowhere.map(item => strangePackage(item));
      if (scan.facts.container === null && kernel.running === undefined)
        strange.push(strangeKernel(scan.facts.kernel.running));
      for (const item of strange) {
        const key = `${item.source}|${item.version}|${item.why}`;
        const known = unjudged.get(key);
        if (known === undefined) unjudged.set(key, {...item, hosts: [scan.host]});
        else if (known.hosts.at(-1) !== scan.host) known.hosts.push(scan.host);
      }
    },
  };
};

const strangePackage = ({source, sourceVersion}: InstalledPackage): Omit<Unjudged, 'hosts'> => ({
  ...recordedSource(source, sourceVersion),
  why: 'no archive that the host knows has it',
});

/** The sources that records name kernels by say nothing of one that came some other way. */
const strangeKernel = (version: string): Omit<Unjudged, 'hosts'> => ({
  source: 'linux',
  version: cleanLine(version, 80),
  why: 'it runs, and is of no package of the distribution',
});

const groupsOf = (
  packages: Belonging,
  kernel: Kernel,
  ecosystem: string,
  order: Order,
): Map<string, Omit<PackageGroup, 'hosts'>> => {
  const newer = (version: string | undefined, than: string): string | undefined =>
    version !== undefined && version !== than && order(version, than) > 0 ? version : undefined;
  const offered = offeredBy(packages.offered, order);
  const found = new Map<string, Omit<PackageGroup, 'hosts'>>();
  const add = (source: string, installed: string, candidate: string | undefined, booting?: string): void => {
    const key = `${ecosystem}|${source}|${installed}|${candidate ?? ''}|${booting ?? ''}`;
    found.set(key, {ecosystem, source, installed, candidate: candidate ?? null, booting});
  };
  for (const item of packages.own) {
    const {source, version} = recordedSource(item.source, item.sourceVersion);
    if (!kernel.sources.has(source)) add(source, version, newer(offered.get(source), version));
  }
  if (kernel.running !== undefined) {
    const {source, version} = kernel.running;
    const booting = newer(kernel.newest, version);
    add(source, version, newer(offered.get(source), version), booting);
  }
  return found;
};

/** The newest version of each source that a host is offered. */
const offeredBy = (updates: Scan['updates'], order: Order): Map<string, string> => {
  const offered = new Map<string, string>();
  for (const update of updates) {
    const {source, version} = recordedSource(update.source, update.sourceVersion);
    const known = offered.get(source);
    if (known === undefined || order(version, known) > 0) offered.set(source, version);
  }
  return offered;
};

const append = (map: Map<string, string[]>, key: string, value: string): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};
