import {buildDebs} from './build-debs.ts';
import {makeBaseRoot} from './base-root.ts';
import {faultPackages} from './fault-packages.ts';
import {makeIdentity, makeKeys} from './keys.ts';
import {publishMirror} from './mirror.ts';
import {hostName} from './network.ts';
import type {LabPaths} from './paths.ts';
import {buildRpms} from './build-rpms.ts';
import {kitOf, makeKit} from './rpm-kits.ts';
import {rpmPackages} from './rpm-packages.ts';
import type {LabState} from './state.ts';

/** Everything that is made once and kept: keys, base roots, packages, the mirror, the hosts' identities. */
export const prepare = async (
  paths: LabPaths,
  state: LabState,
  say: (line: string) => void,
): Promise<void> => {
  const releases = [...new Set(state.hosts.map(host => host.release))].sort();
  await makeKeys(paths);
  await Promise.all(state.hosts.map(async ({number}) => makeIdentity(paths, hostName(number))));
  await Promise.all(releases.map(async release => makeBaseRoot(paths, release, say)));
  await buildDebs(faultPackages, paths.faultDebs, say);
  const kits = state.hosts.flatMap(({number, release}) => {
    const kit = kitOf(number);
    return kit === undefined ? [] : [{release, kit}];
  });
  if (kits.length > 0) await buildRpms(rpmPackages, paths.labRpms, say);
  for (const {release, kit} of kits) await makeKit(paths, release, kit, say);
  await publishMirror(paths, releases, kits, say);
};
