import {compareDpkg} from '../versions/dpkg.ts';

/** Negative when the first is older. */
export type Order = (a: string, b: string) => number;

/** How versions are ordered in a release; undefined where no order is known, and nothing can be judged then. */
export const orderOf = (ecosystem: string): Order | undefined =>
  /^(Debian|Ubuntu):/.test(ecosystem) ? compareDpkg : undefined;
