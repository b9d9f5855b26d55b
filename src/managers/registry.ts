import {PatchdeckError} from '../model/error.ts';
import type {Facts} from '../model/facts.ts';
import type {Host} from '../model/host.ts';
import type {ManagerId} from '../model/package.ts';
import {apt} from './apt.ts';
import type {DistributionManager, Manager, ManagerShell} from './manager.ts';

/** The managers of distributions. A host's plan goes through them in this order, and back in the reverse. */
export const distributionManagers: readonly DistributionManager[] = [apt];

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
    const manager = known.find(candidate => candidate.id === id);
    if (manager !== undefined) return manager;
    throw new PatchdeckError(
      'outside',
      'manager.unknown',
      `${host.name} was planned with ${id}, which this patchdeck does not know; nothing was done`,
      'go on with the version that the run was begun with',
    );
  },
  on: (_host, {managers}) => {
    const present = known.filter(({id}) => managers.includes(id));
    return present.filter(
      ({database}, index) => present.findIndex(other => other.database === database) === index,
    );
  },
});
