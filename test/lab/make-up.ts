import {faultPackages} from './fault-packages.ts';
import type {LabPackage} from './lab-package.ts';
import type {Release} from './releases.ts';
import {kitOf} from './rpm-kits.ts';
import type {RpmKit} from './rpm-package.ts';
import type {HostRecord} from './state.ts';

/** In what hosts of one release differ. Hosts that do not, share a layer. */
export type MakeUp = {
  release: Release;
  packages: readonly LabPackage[];
  /** sudo wants the password of `ops`. */
  sudoAsks: boolean;
  /** dpkg-repack is installed: where it is not, a version that the mirror replaced is gone for good. */
  repacks: boolean;
  /** It installs RPMs too. */
  rpms: RpmKit | undefined;
};

export const makeUpOf = ({number, release}: HostRecord): MakeUp => ({
  release,
  packages: faultPackages.filter(({on}) => on === 'every host' || on.includes(number)),
  sudoAsks: number === 2,
  repacks: number !== 3,
  rpms: kitOf(number),
});
