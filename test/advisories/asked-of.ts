import {createCollector} from '../../src/advisories/collect-packages.ts';
import {match} from '../../src/advisories/match.ts';
import type {Advisory, Finding, Findings} from '../../src/model/advisory.ts';
import type {Scan} from '../../src/model/scan.ts';
import {scan, update} from '../policy/example-fleet.ts';

export const installed = (
  name: string,
  version: string,
  source = name,
  sourceVersion = version,
): Scan['installed'][number] => ({
  manager: 'apt',
  name,
  arch: 'amd64',
  version,
  source,
  sourceVersion,
  status: 'ii',
});

/** A host of Debian with these packages; `newer` are candidates by package. */
export const debianHost = (
  name: string,
  packages: Scan['installed'],
  newer: Readonly<Record<string, string>> = {},
  facts: Partial<Scan['facts']> = {},
): Scan => {
  const updates = Object.entries(newer).map(([item, candidate]) => {
    const found = packages.find(each => each.name === item);
    return update(item, {candidate, source: found?.source ?? item, sourceVersion: candidate});
  });
  const made = scan(name, updates);
  return {...made, installed: packages, facts: {...made.facts, ...facts}};
};

export const matched = async (scans: readonly Scan[], records: readonly Advisory[]): Promise<Findings> => {
  const collector = createCollector();
  for (const each of scans) collector.add(each);
  return match(collector.collected, {
    records: Map.groupBy(records, ({ecosystem, source}) => `${ecosystem}|${source}`),
    ecosystems: new Set(records.map(({ecosystem}) => ecosystem)),
    newest: new Map(),
    partly: new Set(),
    asked: new Set(),
    used: [],
    damaged: [],
  });
};

/** A host of Alpine 3.17 with these packages of apk, and their candidates by package. */
export const alpineHost = (
  packages: Scan['installed'],
  newer: Readonly<Record<string, string>> = {},
  facts: Partial<Scan['facts']> = {},
): Scan => {
  const os = {id: 'alpine', version: '3.17.0', codename: '', name: 'Alpine Linux v3.17'};
  const made = debianHost('a', packages, newer, {os, ...facts});
  return {
    ...made,
    installed: made.installed.map(item => ({...item, manager: 'apk'})),
    updates: made.updates.map(item => ({...item, manager: 'apk'})),
  };
};

/** What is found of one package on a host of this release of Debian. */
export const askedOf = async (
  version: string,
  source: string,
  packageVersion: string,
  records: readonly Advisory[],
): Promise<Finding[]> => {
  // A kernel is judged when it runs.
  const name = source === 'linux' ? 'linux-image-6.1.0-40-amd64' : source;
  const os = {id: 'debian', version, codename: '', name: `Debian ${version}`};
  return findingsOn(debianHost('a', [installed(name, packageVersion, source)], {}, {os}), records);
};

export const findingsOn = async (scan: Scan, records: readonly Advisory[]): Promise<Finding[]> =>
  (await matched([scan], records)).groups.flatMap(({findings}) => findings);
