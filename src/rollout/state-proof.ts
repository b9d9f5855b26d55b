import {packageKey, type Change, type InstalledPackage} from '../model/package.ts';

/** Installed and configured, wanted or held. */
const settled = new Set(['ii', 'hi']);

/** What a host's packages say about a plan before it is carried out. */
export type DriftReport = {
  /** Changes that are there already. */
  already: Change[];
  pending: Change[];
  /** What is neither as planned from nor as planned to, one sentence each. */
  drift: string[];
};

/** A package that is not as it should be, and how, in a sentence. */
export type Deviation = {name: string; what: string};

export const findDrift = (
  changes: readonly Change[],
  installed: readonly InstalledPackage[],
): DriftReport => {
  const now = versions(installed);
  const report: DriftReport = {already: [], pending: [], drift: []};
  for (const change of changes) {
    const version = now.get(packageKey(change)) ?? null;
    if (version === change.to) report.already.push(change);
    else if (version === change.from) report.pending.push(change);
    else
      report.drift.push(
        `${change.name} is ${version ?? 'not installed'}, the plan was made for ${change.from ?? 'none'}`,
      );
  }
  return report;
};

/**
 * Whether the host is where it should be: `before` with `changes` applied, every planned package installed and configured, and
 * nothing else changed. Gives what is not so; empty means proven.
 */
export const findDeviations = (
  before: readonly InstalledPackage[],
  changes: readonly Change[],
  after: readonly InstalledPackage[],
): Deviation[] => {
  const expected = versions(before);
  for (const change of changes) {
    if (change.to === null) expected.delete(packageKey(change));
    else expected.set(packageKey(change), change.to);
  }
  const planned = new Set(changes.map(packageKey));
  const unsettledBefore = new Set(before.filter(item => !settled.has(item.status)).map(packageKey));
  const now = versions(after);
  const nameOf = (key: string): string => key.split(':')[0] ?? key;
  const unsettled = after
    .filter(
      item =>
        !settled.has(item.status) &&
        (planned.has(packageKey(item)) || !unsettledBefore.has(packageKey(item))),
    )
    .map(({name, version, status}) => ({name, what: `${name} ${version} is not configured (${status})`}));
  const differing = [...expected]
    .filter(([key, version]) => now.get(key) !== version)
    .map(([key, version]) => ({
      name: nameOf(key),
      what: `${nameOf(key)} is ${now.get(key) ?? 'not installed'}, not ${version}${planned.has(key) ? '' : ' (not planned)'}`,
    }));
  const added = [...now]
    .filter(([key]) => !expected.has(key))
    .map(([key, version]) => ({
      name: nameOf(key),
      what: `${nameOf(key)} ${version} is installed${planned.has(key) ? ' still' : ' (not planned)'}`,
    }));
  return [...unsettled, ...differing, ...added];
};

/** The changes that lead back. */
export const reversed = (changes: readonly Change[]): Change[] =>
  changes.map(change => ({...change, from: change.to, to: change.from}));

/** True when two lists of changes say the same, in whatever order. */
export const sameChanges = (a: readonly Change[], b: readonly Change[]): boolean => {
  const key = (change: Change): string => `${packageKey(change)} ${change.from ?? '-'} ${change.to ?? '-'}`;
  const left = a.map(key).sort();
  const right = b.map(key).sort();
  return left.length === right.length && left.every((item, index) => item === right[index]);
};

/** What `actual` does otherwise than `planned`, at most three, for a sentence. */
export const differences = (planned: readonly Change[], actual: readonly Change[]): string => {
  const text = (change: Change): string =>
    `${change.name} ${change.from ?? 'none'} -> ${change.to ?? 'none'}`;
  const extra = actual
    .filter(change => !planned.some(other => sameChanges([change], [other])))
    .map(change => `also ${text(change)}`);
  const missing = planned
    .filter(change => !actual.some(other => sameChanges([change], [other])))
    .map(change => `not ${text(change)}`);
  return [...extra, ...missing].slice(0, 3).join('; ');
};

const versions = (packages: readonly InstalledPackage[]): Map<string, string> =>
  new Map(packages.map(item => [packageKey(item), item.version]));
