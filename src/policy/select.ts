import picomatch from 'picomatch';
import {closest} from '../inventory/closest.ts';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {isChoosable, nextStep} from '../model/package.ts';
import type {Patch, Ranking} from '../model/patch.ts';
import {namesAll} from './score-inputs.ts';

/** What an operator chooses by. Each way adds, `minScore` narrows `security` and `all`, `exclude` takes away. */
export type Selection = {
  security?: boolean;
  all?: boolean;
  /** 0 to 100; alone it means everything from this score up. What has no score is never meant. */
  minScore?: number;
  /** Globs of source or binary packages. */
  packages?: readonly string[];
  exclude?: readonly string[];
  cves?: readonly string[];
};

/**
 * The ids of the patches that a selection means, in the order of the ranking: never a blocked one, never one that no host would
 * install. A package or CVE that is named and means nothing, or nothing that can be installed, throws `plan.no-match`: a plan must not
 * lack in silence what was asked for.
 */
export const choose = (
  {patches}: Ranking,
  selection: Selection,
  blocked: ReadonlyMap<string, string> = new Map(),
): string[] => {
  const {packages = [], exclude = [], cves = []} = selection;
  const excluded = new Set(exclude.flatMap(glob => named(patches, glob, '--exclude-package ')));
  const open = patches.filter(patch => !blocked.has(patch.id) && !excluded.has(patch));
  const byName = new Set([
    ...packages.flatMap(glob => requireSome(`"${cleanLine(glob, 60)}"`, named(patches, glob, ''), open)),
    ...cves.flatMap(cve => requireSome(cve.toUpperCase(), fixing(patches, cve), open)),
  ]);
  return open
    .filter(patch => byName.has(patch) || (isInstallable(patch) && isMeant(patch, selection)))
    .map(patch => patch.id);
};

/** On some host nothing keeps it from being installed. */
export const isInstallable = ({hosts, notInstalled}: Patch): boolean => {
  const kept = new Set(notInstalled.map(({host}) => host));
  return hosts.some(host => !kept.has(host));
};

/** Known to close no hole. Of what nobody covers, or names only in part, it is not known, nor what lists of long ago lack. */
export const closesNothing = ({security, cves, cveSource, score, shallow}: Patch): boolean =>
  shallow === undefined && security === false && cves.length === 0 && namesAll(cveSource) && score !== null;

/** A point release closes holes too, and is in no security archive; so may what a repository without advisories offers, or lists of long ago. */
const mayCloseHole = ({security, cves, shallow}: Patch): boolean =>
  security !== false || cves.length > 0 || shallow !== undefined;

const isMeant = (patch: Patch, {security, all, minScore}: Selection): boolean => {
  const kind = all === true || (security === true && mayCloseHole(patch));
  if (minScore === undefined) return kind;
  const onlyScore = all !== true && security !== true;
  return (kind || onlyScore) && patch.score !== null && patch.score >= minScore;
};

const named = (patches: readonly Patch[], glob: string, flag: string): Patch[] => {
  const matches =
    glob === '' || glob.length > 1000 ? () => false : picomatch(glob, {dot: true, nonegate: true});
  const found = patches.filter(({source, packages}) => [source, ...packages].some(name => matches(name)));
  if (found.length > 0) return found;
  const like = closest(glob, new Set(patches.flatMap(({source, packages}) => [source, ...packages])));
  const shown = `${flag}"${cleanLine(glob, 60)}" is no package with a pending update`;
  throw noMatch(like === undefined ? shown : `${shown} (did you mean "${like}"?)`);
};

const fixing = (patches: readonly Patch[], cve: string): Patch[] => {
  const id = cve.toUpperCase();
  const found = patches.filter(patch => patch.cves.includes(id));
  if (found.length > 0) return found;
  const unread = patches.filter(patch => !namesAll(patch.cveSource)).length;
  const unknown = unread === 0 ? '' : ` (of ${unread} patches it is not known what they fix)`;
  throw noMatch(`no pending update is known to fix ${cleanLine(id, 40)}${unknown}`);
};

/** Of the patches that a name means those that can be chosen; throws when there are none, saying what keeps each. */
const requireSome = (name: string, meant: readonly Patch[], open: readonly Patch[]): Patch[] => {
  const left = meant.filter(patch => open.includes(patch) && canBeNamed(patch));
  if (left.length > 0) return left;
  const reasons = meant
    .slice(0, 3)
    .map(patch => `${patch.id} is ${open.includes(patch) ? keptBy(patch) : 'blocked or excluded'}`);
  const steps = meant
    .slice(0, 3)
    .filter(patch => open.includes(patch))
    .flatMap(({manager, notInstalled}) => notInstalled.map(({why}) => nextStep(why, manager)));
  throw noMatch(
    `${name} cannot be chosen: ${reasons.join('; ')}`,
    steps.length === 0 ? undefined : [...new Set(steps)].join('; '),
  );
};

const canBeNamed = (patch: Patch): boolean =>
  isInstallable(patch) || patch.notInstalled.some(({why}) => isChoosable(why));

const keptBy = ({notInstalled}: Patch): string => {
  const byClass = Map.groupBy(notInstalled, ({why}) => why);
  return [...byClass]
    .map(
      ([why, hosts]) =>
        `${why.replaceAll('-', ' ')} on ${hosts
          .map(({host}) => host)
          .slice(0, 3)
          .join(', ')}`,
    )
    .join(', ');
};

const noMatch = (what: string, next = 'see what is pending with `patchdeck plan`'): PatchdeckError =>
  new PatchdeckError('input', 'plan.no-match', `${what}; nothing was chosen`, next);
