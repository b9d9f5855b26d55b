import type {InstalledPackage, ManagerId} from '../model/package.ts';
import type {Scan} from '../model/scan.ts';

/** What of a host's packages the records of its distribution speak of, and what not. */
export type Belonging = {
  /** Installed, and the distribution's own. */
  own: InstalledPackage[];
  /** Offered by the distribution. */
  offered: Scan['updates'];
  /** Source packages of third parties. */
  thirdParty: Set<string>;
  /** Installed, and in no archive that the host knows. */
  nowhere: InstalledPackage[];
};

/**
 * Records of the distribution must judge neither a third party's version of one of its packages, nor take such a candidate for a fix.
 * Scans of before origins were asked for know only of third parties that offer an update.
 */
export const belonging = (scan: Scan, manager: ManagerId): Belonging => {
  const installed = scan.installed.filter(item => item.manager === manager && isThere(item));
  const offered = scan.updates.filter(
    item => item.manager === manager && item.notInstalled !== 'third-party',
  );
  const elsewhere = scan.updates.filter(item => item.manager !== manager).map(({source}) => source);
  if (scan.foreign === undefined) {
    const theirs = new Set(
      scan.updates.filter(({notInstalled}) => notInstalled === 'third-party').map(({source}) => source),
    );
    const own = installed.filter(({source}) => !theirs.has(source));
    return {own, offered, thirdParty: new Set([...theirs, ...elsewhere]), nowhere: []};
  }
  const origins = new Map(scan.foreign.map(({name, origin}) => [name, origin]));
  const named = installed.filter(({name}) => typeof origins.get(name) === 'string');
  return {
    own: installed.filter(({name}) => !origins.has(name)),
    offered,
    thirdParty: new Set([...named.map(({source}) => source), ...elsewhere]),
    nowhere: installed.filter(({name}) => origins.get(name) === null),
  };
};

/** Removed ones may have left their configuration behind. */
const isThere = ({status}: InstalledPackage): boolean => status.charAt(1) !== 'c' && status.charAt(1) !== 'n';
