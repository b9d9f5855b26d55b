import type {Advisory, Finding} from '../model/advisory.ts';
import type {PackageGroup} from './collect-packages.ts';
import {enriched} from './enrich.ts';
import type {Order} from './version-order.ts';

/** What a record says of a version: how it is affected, or undefined when it is not. */
export const affectedIn = (
  {ranges, versions}: Pick<Advisory, 'ranges' | 'versions'>,
  version: string,
  order: Order,
): {fixed: string | null; reintroduced: boolean} | undefined => {
  if (versions?.includes(version) === true) return {fixed: null, reintroduced: false};
  for (const [at, range] of ranges.entries()) {
    if (range.introduced !== '0' && order(version, range.introduced) < 0) continue;
    if (range.fixed !== undefined && order(version, range.fixed) >= 0) continue;
    if (range.lastAffected !== undefined && order(version, range.lastAffected) > 0) continue;
    const reintroduced = ranges
      .slice(0, at)
      .some(({fixed}) => fixed !== undefined && order(fixed, version) <= 0);
    return {fixed: range.fixed ?? null, reintroduced};
  }
  return undefined;
};

/**
 * Where each vulnerability of a package stands, by the records of its distribution: `records` of its release, `paid` of the archive that
 * a subscription opens. Withdrawn records say nothing. Where several speak of one vulnerability, the distribution's own tracker goes
 * before others, and a record of one vulnerability before a notice of several; of equals all count, and the worst of them.
 */
export const judge = (
  group: Judged,
  records: readonly Advisory[],
  paid: readonly Advisory[],
  order: Order,
): Finding[] => {
  const own = byVulnerability(records);
  const bought = byVulnerability(paid);
  const findings: Finding[] = [];
  for (const cve of new Set([...own.keys(), ...bought.keys()])) {
    const said = own.get(cve);
    const finding = said === undefined ? undefined : findingOf(cve, said, group, order);
    const instead = said === undefined || finding?.state === 'no-fix-yet' ? bought.get(cve) : undefined;
    const found = instead === undefined ? finding : boughtFinding(cve, instead, finding, group, order);
    if (found !== undefined) findings.push(found);
  }
  return findings.sort((a, b) => (a.cve < b.cve ? -1 : 1));
};

type Judged = Pick<PackageGroup, 'installed' | 'candidate' | 'booting'>;

/** Records that speak of one vulnerability and count alike: a second notice may mend what the first one left open. */
type Said = readonly [Advisory, ...Advisory[]];

/** Affected by any is affected, and mended is what none of them affects: the highest of their fixes. */
const findingOf = (
  cve: string,
  said: Said,
  {installed, candidate, booting}: Judged,
  order: Order,
): Finding | undefined => {
  const hits = said.flatMap(record => {
    const affected = affectedIn(record, installed, order);
    return affected === undefined ? [] : [{record, ...affected}];
  });
  const [first] = hits;
  if (first === undefined) return undefined;
  const worst = hits.reduce((a, b) => (isLater(b.fixed, a.fixed, order) ? b : a), first);
  const mended = (version: string | null | undefined): boolean =>
    worst.fixed !== null &&
    version !== null &&
    version !== undefined &&
    said.every(record => affectedIn(record, version, order) === undefined);
  const state = ((): Finding['state'] => {
    if (mended(booting)) return 'not-booted';
    if (mended(candidate)) return 'fix-pending';
    if (worst.fixed !== null) return 'fix-elsewhere';
    if (worst.record.unsupported === true) return 'end-of-life';
    return worst.record.undetermined === true ? 'undetermined' : 'no-fix-yet';
  })();
  const {severity, vectors, since, seen} = worst.record;
  return {
    cve,
    record: worst.record.id,
    state,
    fixed: worst.fixed,
    ...(hits.some(({reintroduced}) => reintroduced) ? {reintroduced: true} : {}),
    ...(severity === undefined ? {} : {severity}),
    ...(vectors === undefined ? {} : {vectors}),
    ...(since === undefined ? {} : {since}),
    ...(seen === undefined ? {} : {seen}),
  };
};

/** null: nothing mends it, which is later than anything. */
const isLater = (a: string | null, b: string | null, order: Order): boolean =>
  b !== null && (a === null || order(a, b) > 0);

/** A host without the subscription is offered nothing; one that has it may have the fix already, or be offered it. */
const boughtFinding = (
  cve: string,
  said: Said,
  own: Finding | undefined,
  group: Judged,
  order: Order,
): Finding | undefined => {
  const finding = findingOf(cve, said, group, order);
  if (finding === undefined)
    return said.some(({ranges}) => ranges.some(({fixed}) => fixed !== undefined)) ? undefined : own;
  if (finding.fixed === null) return own ?? finding;
  return finding.state === 'fix-elsewhere' ? {...finding, state: 'needs-subscription'} : finding;
};

const byVulnerability = (records: readonly Advisory[]): Map<string, Said> => {
  const found = new Map<string, [Advisory, ...Advisory[]]>();
  for (const record of records) {
    if (record.withdrawn !== undefined) continue;
    for (const cve of record.cves.length === 0 ? [record.id] : record.cves) {
      const known = found.get(cve);
      if (known === undefined) found.set(cve, [record]);
      else known.push(record);
    }
  }
  return new Map([...found].map(([cve, all]) => [cve, best(all)]));
};

/** Those that count, each with what any of all says of how bad it is. In an order of their own, so that the same comes out again. */
const best = (all: readonly [Advisory, ...Advisory[]]): Said => {
  if (all.length === 1) return all;
  const most = Math.max(...all.map(weight));
  const [first = all[0], ...others] = all
    .filter(record => weight(record) === most)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return [enriched(first, all), ...others.map(record => enriched(record, all))];
};

const weight = ({feed, cves}: Advisory): number => (feed === 'debian' ? 2 : cves.length === 1 ? 1 : 0);
