import type {Host, Inventory} from '../model/host.ts';
import {settingsFor} from './overlay.ts';
import {emptyOverlay, type GroupEntry, type HostEntry, type InventoryFile, type Overlay} from './schema.ts';

/**
 * Applies defaults and groups to the hosts. What is stated later holds: defaults, then the groups in the order the host lists them,
 * then the host; of each, what the overlay says comes after what the inventory says. Smoke checks and tags are added up instead.
 */
export const mergeInventory = (
  {fleet, defaults, groups, hosts}: InventoryFile,
  overlay: Overlay = emptyOverlay,
): Inventory => {
  const overGroup = settingsFor(overlay.groups);
  const overHost = settingsFor(overlay.hosts);
  const layersOf = new Map(
    Object.entries(groups).map(([group, settings]) => [group, [settings, ...overGroup(group)]]),
  );
  return {
    fleet: overlay.fleet ?? fleet,
    groups: Object.keys(groups),
    hosts: Object.entries(hosts).flatMap(([name, entry]) => {
      const over = overHost(name);
      if (over.findLast(({ignore}) => ignore !== undefined)?.ignore === true) return [];
      const own = (entry.groups ?? []).flatMap(group => {
        const settings = layersOf.get(group);
        return settings === undefined ? [] : [{group, settings}];
      });
      const layers = [
        defaults,
        overlay.defaults,
        ...own.flatMap(({settings}) => settings.slice(0, 1)),
        ...own.flatMap(({settings}) => settings.slice(1)),
        entry,
        ...over,
      ];
      const address = over.findLast(layer => layer.address !== undefined)?.address;
      const oneAtATime = own.filter(
        ({settings}) => settings.findLast(layer => layer.oneAtATime !== undefined)?.oneAtATime === true,
      );
      return [
        mergeHost(
          name,
          address === undefined ? entry : {...entry, address},
          layers,
          oneAtATime.map(({group}) => group),
        ),
      ];
    }),
  };
};

type Layer = Omit<GroupEntry, 'oneAtATime'>;

const mergeHost = (name: string, entry: HostEntry, layers: readonly Layer[], oneAtATime: string[]): Host => {
  const last = <Key extends keyof Layer>(key: Key): Layer[Key] =>
    layers.findLast(layer => layer[key] !== undefined)?.[key];
  const stated = <
    Key extends
      | 'port'
      | 'user'
      | 'transport'
      | 'jump'
      | 'runsOn'
      | 'criticality'
      | 'exposure'
      | 'data'
      | 'owner'
      | 'silence'
      | 'drain'
      | 'tried',
  >(
    key: Key,
  ) => {
    const value = last(key);
    return value === undefined ? {} : {[key]: value};
  };
  return {
    name,
    address: entry.address ?? name,
    ...stated('port'),
    ...stated('user'),
    become: last('become') ?? 'sudo',
    ...stated('transport'),
    ...stated('jump'),
    ...stated('runsOn'),
    groups: entry.groups ?? [],
    ...stated('criticality'),
    ...stated('exposure'),
    ...stated('data'),
    canary: last('canary') ?? false,
    wave: last('wave') ?? 1,
    oneAtATime,
    ...stated('owner'),
    tags: [...new Set(layers.flatMap(layer => layer.tags ?? []))],
    smoke: layers.flatMap(layer => layer.smoke ?? []),
    ...stated('silence'),
    ...stated('drain'),
    ...stated('tried'),
    ...(layers.some(layer => layer.custom !== undefined)
      ? {custom: Object.assign({}, ...layers.map(layer => layer.custom)) as Host['custom']}
      : {}),
  };
};
