import type {Advisory, Finding} from '../model/advisory.ts';
import type {PackageGroup} from './collect-packages.ts';

/** Negative when the first is older. */
export type Order = (a: string, b: string) => number;

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
 * before others, and a record of one vulnerability before a notice of several.
 */
export const judge = (
  group: Pick<PackageGroup, 'installed' | 'candidate' | 'booting'>,
  records: readonly Advisory[],
  paid: readonly Advisory[],
  order: Order,
): Finding[] => {
  const own = byVulnerability(records);
  const bought = byVulnerability(paid);
  const findings: Finding[] = [];
  for (const cve of new Set([...own.keys(), ...bought.keys()])) {
    const record = own.get(cve);
    const finding = record === undefined ? undefined : findingOf(cve, record, group, order);
    const instead = record === undefined || finding?.state === 'no-fix-yet' ? bought.get(cve) : undefined;
    const found = instead === undefined ? finding : boughtFinding(cve, instead, finding, group, order);
    if (found !== undefined) findings.push(found);
  }
  return findings.sort((a, b) => (a.cve < b.cve ? -1 : 1));
};

const findingOf = (
  cve: string,
  record: Advisory,
  {installed, candidate, booting}: Pick<PackageGroup, 'installed' | 'candidate' | 'booting'>,
  order: Order,
): Finding | undefined => {
  const affected = affectedIn(record, installed, order);
  if (affected === undefined) return undefined;
  const mended = (version: string | null | undefined): boolean =>
    affected.fixed !== null &&
    version !== null &&
    version !== undefined &&
    affectedIn(record, version, order) === undefined;
  const state = ((): Finding['state'] => {
    if (mended(booting)) return 'not-booted';
    if (mended(candidate)) return 'fix-pending';
    if (affected.fixed !== null) return 'fix-elsewhere';
    if (record.unsupported === true) return 'end-of-life';
    return record.undetermined === true ? 'undetermined' : 'no-fix-yet';
  })();
  return {
    cve,
    record: record.id,
    state,
    fixed: affected.fixed,
    ...(affected.reintroduced ? {reintroduced: true} : {}),
    ...(record.severity === undefined ? {} : {severity: record.severity}),
    ...(record.vectors === undefined ? {} : {vectors: record.vectors}),
    ...(record.since === undefined ? {} : {since: record.since}),
  };
};

/** A host without the subscription is offered nothing; one that has it may have the fix already, or be offered it. */
const boughtFinding = (
  cve: string,
  record: Advisory,
  own: Finding | undefined,
  group: Pick<PackageGroup, 'installed' | 'candidate' | 'booting'>,
  order: Order,
): Finding | undefined => {
  const finding = findingOf(cve, record, group, order);
  if (finding === undefined) return record.ranges.some(({fixed}) => fixed !== undefined) ? undefined : own;
  if (finding.fixed === null) return own ?? finding;
  return finding.state === 'fix-elsewhere' ? {...finding, state: 'needs-subscription'} : finding;
};

const byVulnerability = (records: readonly Advisory[]): Map<string, Advisory> => {
  const found = new Map<string, Advisory>();
  for (const record of records) {
    if (record.withdrawn !== undefined) continue;
    for (const cve of record.cves.length === 0 ? [record.id] : record.cves) {
      const known = found.get(cve);
      if (known === undefined || weight(record) > weight(known)) found.set(cve, enriched(record, known));
      else found.set(cve, enriched(known, record));
    }
  }
  return found;
};

const weight = ({feed, cves}: Advisory): number => (feed === 'debian' ? 2 : cves.length === 1 ? 1 : 0);

/** What the better record does not say of how bad it is, another may. */
const enriched = (record: Advisory, other: Advisory | undefined): Advisory => {
  if (other === undefined) return record;
  const severity = record.severity ?? other.severity;
  const vectors = record.vectors ?? other.vectors;
  const since = [record.since, other.since].filter(day => day !== undefined).sort()[0];
  return {
    ...record,
    ...(severity === undefined ? {} : {severity}),
    ...(vectors === undefined ? {} : {vectors}),
    ...(since === undefined ? {} : {since}),
  };
};
