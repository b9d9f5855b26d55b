import {z} from 'zod';
import {findBuild} from '../archive.ts';
import {answer} from '../text.ts';
import {changelogOf} from '../world/packages.ts';
import {verb, type Verb} from './verb.ts';

/** Refreshes the lists: every repository of the demo answers. */
export const refresh: Verb = verb(2500, z.object({}), () => answer(['code', '0'], ['failures', []]));

/** When the lists were refreshed: the demo's are always new. */
export const lists: Verb = verb(60, z.object({}), (_host, _args, now) =>
  answer(['refreshed', String(Math.floor(now / 1000))]),
);

/** What is installed, as dpkg-query says it. */
export const installed: Verb = verb(400, z.object({}), host =>
  answer([
    'packages',
    [...host.packages.values()].map(item =>
      [
        item.name,
        item.version,
        item.source,
        item.sourceVersion,
        item.arch,
        host.held.has(item.name) ? `h${item.status.slice(1)} ` : `${item.status} `,
      ].join('\t'),
    ),
  ]),
);

export const marks: Verb = verb(200, z.object({}), host =>
  answer(['automatic', [...host.automatic].sort()], ['held', [...host.held]]),
);

/** Bytes wanted for packages: twice what is downloaded, and what it unpacks to. */
export const room: Verb = verb(300, z.object({wanted: z.array(z.string())}), (host, {wanted}) => {
  const sum = wanted.reduce((total, word) => {
    const {name, version} = readWanted(word);
    const build = findBuild(host, name, version);
    return build === undefined ? total : total + build.bytes * 2 + build.unpackedKib * 1024;
  }, 0);
  return answer(['bytes', String(sum)]);
});

/** The changelog of a version; a vendor's package has none. */
export const changelog: Verb = verb(
  700,
  z.object({name: z.string(), version: z.string()}),
  (host, {name, version}) => {
    const upgrade = findBuild(host, name, version)?.upgrade;
    if (upgrade === undefined || host.release.changelogs[upgrade.source] === undefined)
      return '@@ missing\n\n@@ end\n';
    return `@@ changelog\n${changelogOf(host.release, upgrade)}\n@@ end\n`;
  },
);

/** No package of the demo has a maintainer script that looks at versions. */
export const refusals: Verb = verb(200, z.object({directory: z.string(), asked: z.array(z.string())}), () =>
  answer(['scripts', []]),
);

/** The demo's hosts have no configuration file that an upgrade touches. */
export const changedConfiguration: Verb = verb(200, z.object({directory: z.string()}), () =>
  answer(['changed', []]),
);

/** Reads `name:arch=version`. */
export const readWanted = (word: string): {name: string; version: string} => {
  const [, name = '', version = ''] = /^([^:=]+)(?::[^=]+)?=(.*)$/.exec(word) ?? [];
  return {name, version};
};
