import picomatch from 'picomatch';
import {PatchdeckError} from '../model/error.ts';
import type {Facts} from '../model/facts.ts';
import type {InstalledPackage, ManagerId} from '../model/package.ts';
import type {Scan} from '../model/scan.ts';
import {compareApk} from '../versions/apk.ts';
import {compareDpkg} from '../versions/dpkg.ts';
import {compareRpm} from '../versions/rpm.ts';

/** A package on a host, as its last scan saw it. */
export type SoftwareRow = InstalledPackage & {
  host: string;
  os: Facts['os'];
  family: Family;
  /** When the host was asked. */
  at: string;
};
/** Whose order of versions holds. */
export type Family = 'deb' | 'rpm' | 'apk' | 'other';

export type Comparison = '=' | '<' | '<=' | '>' | '>=';
/** "Who has this?": a glob of source or package names, and maybe a version to compare with. */
export type Question = {glob: string; version?: {comparison: Comparison; wanted: string}};

/** The part of a scan that says what is installed. */
export type ScanOfSoftware = Pick<Scan, 'host' | 'at' | 'installed'> & {facts: Pick<Facts, 'os'>};

/** Everything installed on scanned hosts, by host and name. What was removed and left its configuration behind is not installed. */
export const installedOn = (scans: readonly ScanOfSoftware[]): SoftwareRow[] =>
  scans
    .flatMap(({host, at, facts, installed}) => {
      const about = {host, at, os: facts.os};
      return installed
        .filter(({status}) => status[1] !== 'c' && status[1] !== 'n')
        .map(item => ({...item, ...about, family: familyOf(item.manager)}));
    })
    .sort((a, b) => order(a.host, b.host) || order(a.name, b.name) || order(a.arch, b.arch));

/**
 * Reads `openssl`, `lib*`, `openssl=3.0.20`, `openssl>=3.0.20-1`, or name and version as two words. Throws `software.question`.
 */
export const readQuestion = (words: readonly string[]): Question | undefined => {
  const text = words.join(' ').trim();
  if (text === '') return undefined;
  const match = /^([^\s=<>]+)(?:\s*(<=|>=|<<|>>|==?|<|>)\s*|\s+)?([^\s=<>]+)?$/.exec(text);
  const [, glob, written, wanted] = match ?? [];
  if (glob === undefined || (written !== undefined && wanted === undefined)) throw notAQuestion(words);
  if (wanted === undefined) return {glob};
  return {glob, version: {comparison: plainComparison(written ?? '='), wanted}};
};

/** The rows that a question means. What an application's own updater has is compared for equality only: its order is unknown. */
export const answer = (rows: readonly SoftwareRow[], {glob, version}: Question): SoftwareRow[] => {
  const matches = matcherOf(glob);
  return rows.filter(row => {
    const fits = (name: string, has: string): boolean =>
      matches(name) && (version === undefined || compares(row.family, has, version));
    return fits(row.name, row.version) || fits(row.source, row.sourceVersion);
  });
};

/** Whether a question could mean a package, by its names alone. */
export const asksFor = ({glob}: Question): ((item: {name: string; source: string}) => boolean) => {
  const matches = matcherOf(glob);
  return ({name, source}) => matches(name) || matches(source);
};

const matcherOf = (glob: string): ((name: string) => boolean) => {
  const matches = picomatch(glob, {dot: true, nonegate: true, noextglob: true});
  return name => matches(name);
};

/**
 * A version that is asked for without a revision (`3.0.20`) means every revision of it, and every epoch unless it names one; with a
 * revision (`3.0.20-1~deb12u1`) it is compared to the letter.
 */
const compares = (
  family: Family,
  has: string,
  {comparison, wanted}: NonNullable<Question['version']>,
): boolean => {
  if (family === 'other') return comparison === '=' && has === wanted;
  const isWhole = wanted.includes('-');
  const hasEpoch = /^\d+:/.test(wanted);
  const plain = isWhole || hasEpoch ? has : has.replace(/^\d+:/, '');
  const compared = isWhole ? plain : plain.replace(/-[^-]*$/, '');
  const difference = orders[family](compared, wanted);
  switch (comparison) {
    case '=':
      return difference === 0;
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
  }
};

const orders: Readonly<Record<Exclude<Family, 'other'>, (a: string, b: string) => number>> = {
  deb: compareDpkg,
  rpm: compareRpm,
  apk: compareApk,
};

const rpmManagers: ReadonlySet<ManagerId> = new Set(['dnf4', 'dnf5', 'yum', 'zypper']);

const familyOf = (manager: ManagerId): Family => {
  if (manager === 'apt') return 'deb';
  if (manager === 'apk') return 'apk';
  return rpmManagers.has(manager) ? 'rpm' : 'other';
};

const plainComparison = (written: string): Comparison => {
  switch (written) {
    case '<<':
      return '<';
    case '>>':
      return '>';
    case '<':
    case '<=':
    case '>':
    case '>=':
      return written;
    default:
      return '=';
  }
};

const notAQuestion = (words: readonly string[]): PatchdeckError =>
  new PatchdeckError(
    'input',
    'software.question',
    `"${words.join(' ').slice(0, 200)}" does not name software; nothing was looked for`,
    "name a package or its source, with a version if need be: openssl, 'lib*', 'openssl=3.0.20', 'openssl<3.0.20-1'",
  );

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
