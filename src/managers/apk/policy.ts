import {linesOf, sections} from '../../model/answer.ts';
import {foreignPackageSchema, type ForeignPackage} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {database, ofInstalled} from './shell.ts';

/** The versions of each package, oldest first, and the repositories that have them. */
export type Policy = Map<string, {version: string; installed: boolean; repositories: string[]}[]>;

/**
 * Reads `apk policy`:
 *
 *     libssl3 policy:
 *       3.3.0-r2:
 *         lib/apk/db/installed
 *       3.3.2-r0:
 *         https://dl-cdn.alpinelinux.org/alpine/v3.20/main
 *       3.5.0-r0:
 *         @edge https://dl-cdn.alpinelinux.org/alpine/edge/main
 */
export const readPolicy = (lines: readonly string[]): Policy => {
  const policy: Policy = new Map();
  let versions: {version: string; installed: boolean; repositories: string[]}[] = [];
  for (const line of lines) {
    const name = /^(\S+) policy:$/.exec(line)?.[1];
    if (name !== undefined) policy.set(name, (versions = []));
    const version = /^ {2}(\S+):$/.exec(line)?.[1];
    if (version !== undefined) versions.push({version, installed: false, repositories: []});
    const place = /^ {4}(?:@\S+ )?(\S+)$/.exec(line)?.[1];
    const entry = versions.at(-1);
    if (place === undefined || entry === undefined) continue;
    if (/^(usr\/)?lib\/apk\/db\/installed$/.test(place)) entry.installed = true;
    // Its cache is named as a path without a slash before it.
    else if (/^\/|:\/\//.test(place) && !entry.repositories.includes(place)) entry.repositories.push(place);
  }
  return policy;
};

/**
 * Whether a repository is of the host's own release: it lies beside the one that brings `alpine-baselayout` (`.../v3.20/main`). Of another release of
 * Alpine (edge) it is not: the records of this one do not speak of it.
 */
export const isDistributionOf = (policy: Policy): ((repository: string | undefined) => boolean) => {
  const releases = new Set(
    (policy.get('alpine-baselayout') ?? []).flatMap(({repositories}) => repositories.map(folderOf)),
  );
  return repository => repository !== undefined && releases.has(folderOf(repository));
};

const folderOf = (repository: string): string => repository.replace(/\/+$/, '').replace(/\/[^/]*$/, '');

/**
 * Installed packages that are not the release's own. Alpine's repositories keep the newest version only: that the installed one is in none says
 * nothing, as long as the release has the package.
 */
export const foreign: Probe<undefined, ForeignPackage[]> = {
  script: () =>
    defineScript(
      'apk.foreign',
      {},
      `
export LC_ALL=C
${database}
echo '@@ policy'
apk policy alpine-baselayout $(${ofInstalled('print P')}) 2>/dev/null
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const policy = readPolicy(linesOf('apk.foreign', sections('apk.foreign', raw), 'policy'));
    const isDistribution = isDistributionOf(policy);
    return [...policy].flatMap(([name, versions]) => {
      const here = versions.find(({installed}) => installed);
      if (here === undefined || here.repositories.some(isDistribution)) return [];
      const elsewhere = here.repositories[0] ?? versions.flatMap(({repositories}) => repositories)[0] ?? null;
      const isOwn =
        here.repositories.length === 0 &&
        versions.some(({repositories}) => repositories.some(isDistribution));
      return isOwn ? [] : [foreignPackageSchema.parse({name, origin: elsewhere})];
    });
  },
};
