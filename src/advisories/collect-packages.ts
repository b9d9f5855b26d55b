import {cleanLine} from '../model/clean.ts';
import type {Scan} from '../model/scan.ts';
import {compareDpkg} from '../versions/dpkg.ts';
import {ecosystemOf, managerOfRelease} from './ecosystem.ts';
import {kernelOf, recordedSource} from './kernel-package.ts';

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
  /** Kernels that run and are of no installed package, by host and version. */
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
      if (ecosystem === undefined) {
        append(foreign, scan.facts.os.name, scan.host);
        return;
      }
      const host = hosts.push(scan.host) - 1;
      for (const [key, group] of groupsOf(scan, ecosystem, uncovered)) {
        const known = groups.get(key);
        if (known === undefined) groups.set(key, {...group, hosts: [host]});
        else known.hosts.push(host);
      }
      const {kernel, container} = scan.facts;
      const isFound = managerOfRelease(ecosystem) !== 'apt' || kernelOf(scan).running !== undefined;
      if (container !== null || isFound) return;
      const known = unjudged.get(kernel.running);
      if (known !== undefined) known.hosts.push(scan.host);
      else unjudged.set(kernel.running, strangeKernel(kernel.running, scan.host));
    },
  };
};

/** The sources that records name kernels by say nothing of one that came some other way. */
const strangeKernel = (version: string, host: string): Unjudged => ({
  source: 'linux',
  version: cleanLine(version, 80),
  why: 'it runs, and is of no installed package',
  hosts: [host],
});

const groupsOf = (
  scan: Scan,
  ecosystem: string,
  uncovered: Map<string, string[]>,
): Map<string, Omit<PackageGroup, 'hosts'>> => {
  const own = managerOfRelease(ecosystem);
  const updates = scan.updates.filter(({manager}) => manager === own);
  const installed = scan.installed.filter(({manager}) => manager === own);
  const kernel = kernelOf({facts: scan.facts, installed});
  const offered = offeredBy(updates);
  // A third party's version of a package of the distribution must not be judged by records of the latter.
  const foreign = new Set(
    updates.filter(({notInstalled}) => notInstalled === 'third-party').map(({source}) => source),
  );
  const elsewhere = scan.updates.filter(({manager}) => manager !== own).map(({source}) => source);
  for (const source of new Set([...foreign, ...elsewhere])) append(uncovered, source, scan.host);
  const found = new Map<string, Omit<PackageGroup, 'hosts'>>();
  const add = (source: string, installed: string, candidate: string | undefined, booting?: string): void => {
    const key = `${ecosystem}|${source}|${installed}|${candidate ?? ''}|${booting ?? ''}`;
    found.set(key, {ecosystem, source, installed, candidate: candidate ?? null, booting});
  };
  for (const item of installed) {
    // Removed ones may have left their configuration behind.
    if (item.status.charAt(1) === 'c' || item.status.charAt(1) === 'n' || foreign.has(item.source)) continue;
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
const offeredBy = (updates: Scan['updates']): Map<string, string> => {
  const offered = new Map<string, string>();
  for (const update of updates) {
    const {source, version} = recordedSource(update.source, update.sourceVersion);
    const known = offered.get(source);
    if (known === undefined || compareDpkg(version, known) > 0) offered.set(source, version);
  }
  return offered;
};

const newer = (version: string | undefined, than: string): string | undefined =>
  version !== undefined && version !== than && compareDpkg(version, than) > 0 ? version : undefined;

const append = (map: Map<string, string[]>, key: string, value: string): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};
