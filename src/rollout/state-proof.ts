import type {Moment} from '../model/moment.ts';
import {isSettled, packageKey, type Change, type InstalledPackage, type ManagerId} from '../model/package.ts';

/** What a host's packages say about a plan before it is carried out. */
export type DriftReport = {
  /** Changes that are there already. */
  already: Change[];
  pending: Change[];
  /** What is neither as planned from nor as planned to, one sentence each. */
  drift: string[];
};

/** A package that is not as it should be, and how, in a sentence. */
export type Deviation = {manager: ManagerId; name: string; what: string};

export const findDrift = (
  changes: readonly Change[],
  installed: readonly InstalledPackage[],
): DriftReport => {
  const now = versionsOf(installed);
  const report: DriftReport = {already: [], pending: [], drift: []};
  for (const change of changes) {
    const there = now.get(packageKey(change))?.versions ?? none;
    if (isAt(there, change, 'to')) report.already.push(change);
    else if (isAt(there, change, 'from')) report.pending.push(change);
    else
      report.drift.push(
        `${change.name} is ${inWords(there)}, the plan was made for ${change.from ?? 'none'}`,
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
  const expected = versionsOf(before);
  for (const {from, to, ...change} of changes) {
    const {versions} = entryOf(expected, change);
    if (from !== null) versions.delete(from);
    if (to !== null) versions.add(to);
  }
  const planned = new Set(changes.map(packageKey));
  const unsettledBefore = new Set(before.filter(item => !isSettled(item)).map(packageKey));
  const now = versionsOf(after);
  const unsettled = after
    .filter(
      item => !isSettled(item) && (planned.has(packageKey(item)) || !unsettledBefore.has(packageKey(item))),
    )
    .map(({manager, name, version, status}) => ({
      manager,
      name,
      what: `${name} ${version} is not configured (${status})`,
    }));
  const differing = [...new Map([...now, ...expected])].flatMap(([key, {manager, name}]) => {
    const wanted = expected.get(key)?.versions ?? none;
    const there = now.get(key)?.versions ?? none;
    if (wanted.symmetricDifference(there).size === 0) return [];
    const unplanned = planned.has(key) ? '' : ' (not planned)';
    const what =
      wanted.size === 0
        ? `${name} ${inWords(there)} is installed${unplanned || ' still'}`
        : `${name} is ${inWords(there)}, not ${inWords(wanted)}${unplanned}`;
    return [{manager, name, what}];
  });
  return [...unsettled, ...differing];
};

/** Whether packages are marked as before, but for those that came or went: what is added comes with a mark of its own. */
export const findMarkDeviations = (
  before: Moment['marks'],
  changes: readonly Change[],
  after: Moment['marks'],
): Deviation[] =>
  before.flatMap(({manager, automatic, held}) => {
    const now = after.find(marks => marks.manager === manager) ?? {automatic: [], held: []};
    const moved = new Set(
      changes
        .filter(change => change.manager === manager && (change.from === null || change.to === null))
        .flatMap(({name, arch}) => [name, `${name}:${arch}`]),
    );
    const differing = (earlier: readonly string[], later: readonly string[], what: string): Deviation[] =>
      [...new Set(earlier).symmetricDifference(new Set(later))]
        .filter(mark => !moved.has(mark))
        .map(mark => ({
          manager,
          name: mark.split(':')[0] ?? mark,
          what: `${mark} lost or gained its ${what}`,
        }));
    return [...differing(automatic, now.automatic, 'automatic mark'), ...differing(held, now.held, 'hold')];
  });

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

/** The versions of each package: a database of RPMs may hold several of one. */
type Versions = Map<string, {manager: ManagerId; name: string; versions: Set<string>}>;

const none: ReadonlySet<string> = new Set();

const versionsOf = (packages: readonly InstalledPackage[]): Versions => {
  const found: Versions = new Map();
  for (const item of packages) entryOf(found, item).versions.add(item.version);
  return found;
};

const entryOf = (
  found: Versions,
  item: {manager: ManagerId; name: string; arch: string},
): {versions: Set<string>} => {
  const key = packageKey(item);
  const known = found.get(key);
  if (known !== undefined) return known;
  const made = {manager: item.manager, name: item.name, versions: new Set<string>()};
  found.set(key, made);
  return made;
};

/** Whether a package is where a change leads from or to. One that comes beside others says nothing of these. */
const isAt = (there: ReadonlySet<string>, change: Change, end: 'from' | 'to'): boolean => {
  const [here, other] = end === 'from' ? [change.from, change.to] : [change.to, change.from];
  if (change.beside) return here === null ? other !== null && !there.has(other) : there.has(here);
  return here === null ? there.size === 0 : there.size === 1 && there.has(here);
};

const inWords = (versions: ReadonlySet<string>): string =>
  versions.size === 0 ? 'not installed' : [...versions].join(' and ');
