import {compareApk, isApkVersion} from '../versions/apk.ts';
import {compareDpkg} from '../versions/dpkg.ts';

/** Negative when the first is older. */
export type Order = (a: string, b: string) => number;

/** How versions are ordered in a release; undefined where no order is known, and nothing can be judged then. */
export const orderOf = (ecosystem: string): Order | undefined => {
  if (/^(Debian|Ubuntu):/.test(ecosystem)) return compareDpkg;
  return isAlpine(ecosystem) ? compareApk : undefined;
};

/** Of what is no version by a distribution's rules, its order says nothing. Debian's rules take any. */
export const isOrdered = (ecosystem: string, version: string): boolean =>
  !isAlpine(ecosystem) || isApkVersion(version);

const isAlpine = (ecosystem: string): boolean => ecosystem.startsWith('Alpine:');
