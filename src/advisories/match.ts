import type {Advisory, FindingGroup, Findings} from '../model/advisory.ts';
import type {ManagerId} from '../model/package.ts';
import {createBreather} from './breather.ts';
import type {Collected} from './collect-packages.ts';
import {managerOfRelease, paidEcosystemOf} from './ecosystem.ts';
import {judge} from './judge.ts';
import {askedKey, type AdvisoryIndex} from './load-advisories.ts';
import {recordedSource} from './kernel-package.ts';
import {isOrdered, orderOf} from './version-order.ts';

/**
 * Finds what is vulnerable. Each distinct package and version is judged once, for all its hosts; in between others of the thread have
 * their turn. Same input, same output, to the letter.
 */
export const match = async (collected: Collected, index: AdvisoryIndex): Promise<Findings> => {
  const breathe = createBreather();
  const groups: FindingGroup[] = [];
  const unknown = new Map<string, Set<string>>();
  const unjudged: Findings['unjudged'] = [...collected.unjudged.values()];
  let judged = 0;
  const at = (key: string): readonly Advisory[] => index.records.get(key) ?? [];
  for (const [, group] of [...collected.groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await breathe();
    const {ecosystem, source, installed, candidate} = group;
    const hosts = group.hosts.map(host => collected.hosts[host] ?? '');
    const order = orderOf(ecosystem);
    const isAsked = index.asked.has(askedKey(group));
    if (order === undefined || !(index.ecosystems.has(ecosystem) || isAsked)) {
      if (order !== undefined && index.partly.has(ecosystem)) {
        const why = 'no feed that is kept was asked about it';
        unjudged.push({source, version: installed, why, hosts});
        continue;
      }
      const names = unknown.get(ecosystem) ?? new Set();
      for (const host of hosts) names.add(host);
      unknown.set(ecosystem, names);
      continue;
    }
    if (!isOrdered(ecosystem, installed)) {
      unjudged.push({source, version: installed, why: 'it is no version by the rules of its release', hosts});
      continue;
    }
    const paid = paidEcosystemOf(ecosystem);
    const findings = judge(
      group,
      at(`${ecosystem}|${source}`),
      paid === undefined ? [] : at(`${paid}|${source}`),
      order,
    );
    judged++;
    if (findings.length === 0) continue;
    groups.push({ecosystem, source, installed, candidate, hosts, findings});
  }
  const foreign = [...collected.foreign].map(([ecosystem, hosts]) => ({ecosystem, hosts}));
  return {
    v: 1,
    groups,
    unknownReleases: [
      ...[...unknown].map(([ecosystem, hosts]) => ({ecosystem, hosts: [...hosts]})),
      ...foreign,
    ],
    uncovered: [...collected.uncovered].map(([source, hosts]) => ({source, hosts})),
    unjudged,
    judged,
  };
};

/** What an update closes: findings of its source whose candidate is its version. */
export const closedBy = (
  {groups}: Findings,
  patch: {manager: ManagerId; source: string; version: string},
): FindingGroup['findings'] => {
  const {source, version} = recordedSource(patch.source, patch.version);
  const found = groups
    .filter(
      group =>
        managerOfRelease(group.ecosystem) === patch.manager &&
        group.source === source &&
        group.candidate === version,
    )
    .flatMap(({findings}) => findings.filter(({state}) => state === 'fix-pending'));
  return [...new Map(found.map(finding => [finding.cve, finding])).values()].sort((a, b) =>
    a.cve < b.cve ? -1 : 1,
  );
};
