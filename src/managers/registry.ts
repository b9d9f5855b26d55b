import {PatchdeckError} from '../model/error.ts';
import type {Facts} from '../model/facts.ts';
import type {Host} from '../model/host.ts';
import type {ManagerId} from '../model/package.ts';
import {apk} from './apk/apk.ts';
import {apt} from './apt/apt.ts';
import {customManager, customName} from './custom/custom.ts';
import {dnf4} from './dnf4/dnf4.ts';
import {dnf5} from './dnf5/dnf5.ts';
import type {DistributionManager, Manager, ManagerShell} from './manager.ts';
import {yum} from './yum/yum.ts';
import {zypper} from './zypper/zypper.ts';

/**
 * The managers of distributions. A host's plan goes through them in this order, and back in the reverse. Where `dnf` is dnf 4, it is what
 * keeps the host, though dnf5 may be there beside it; and where zypper has repositories, it is zypper, though SUSE has a dnf too. yum keeps
 * what none of these does.
 */
export const distributionManagers: readonly DistributionManager[] = [apt, zypper, dnf4, dnf5, yum, apk];

/** Shell text made of a part of each manager. */
export const ofEach = (part: (manager: {id: ManagerId; shell: ManagerShell}) => string): string =>
  distributionManagers.map(part).join('\n');

export type Managers = {
  /** Throws `manager.unknown` for one that this version does not know. */
  of(host: Host, id: ManagerId): Manager;
  /** Those that a host is patched with, in the order of their steps. Of several that share a database the first is used. */
  on(host: Host, facts: Facts): Manager[];
};

export const createManagers = (known: readonly Manager[] = distributionManagers): Managers => ({
  of: (host, id) => {
    const name = customName(id);
    const own = name === undefined ? undefined : host.custom?.[name];
    const manager = own === undefined ? known.find(candidate => candidate.id === id) : customManager(id, own);
    if (manager !== undefined) return manager;
    throw new PatchdeckError(
      'outside',
      'manager.unknown',
      `${host.name} was planned with ${id}, which neither this patchdeck nor the inventory knows; nothing was done`,
      'go on with the version and the inventory that the run was begun with',
    );
  },
  on: (host, {managers}) => {
    const present = known.filter(({id}) => managers.includes(id));
    const used = present.filter(
      ({database}, index) => present.findIndex(other => other.database === database) === index,
    );
    const custom = Object.entries(host.custom ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    // Applications stand on what the distribution brings: they come last and go back first, where the inventory does not say otherwise.
    const placed: Manager[] = [...used];
    for (const [name, own] of custom) {
      const at = placed.findIndex(({id}) => own.before?.some(other => other === id) ?? false);
      placed.splice(at < 0 ? placed.length : at, 0, customManager(`custom/${name}`, own));
    }
    return placed;
  },
});
