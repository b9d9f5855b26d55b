import type {GoesLast, HostRecord} from './state.ts';

/**
 * The hosts that others stand behind, and that would be cut off with it: jump hosts, machines that others of the fleet run on, and the machine of the
 * console. Who stands behind more comes later: a host comes after all that are behind it.
 */
export const hostsThatGoLast = (
  records: readonly HostRecord[],
  consoleMachine: string | undefined,
): ReadonlyMap<string, GoesLast> => {
  const through = jumpsInFleet(records);
  const under = groupPairs(
    records.flatMap(({host}) => (host.runsOn === undefined ? [] : [[host.runsOn, host.name] as const])),
  );
  const own = new Set(records.filter(record => isConsole(record, consoleMachine)).map(({host}) => host.name));
  const names = records.map(({host}) => host.name);
  const candidates = names.filter(name => own.has(name) || through.has(name) || under.has(name));
  if (candidates.length === 0) return new Map();

  const direct = (name: string): string[] => [...(through.get(name) ?? []), ...(under.get(name) ?? [])];
  const behind = new Map(candidates.map(name => [name, reached(name, direct)]));
  const holdsConsole = (name: string): boolean =>
    own.has(name) || [...own].some(mine => behind.get(name)?.has(mine));
  const sizeOf = (name: string): number => {
    if (!holdsConsole(name)) return behind.get(name)?.size ?? 0;
    // All are led by the console, but those that it stands behind itself.
    return names.filter(other => other !== name && behind.get(other)?.has(name) !== true).length;
  };
  const below = new Map(records.map(({host}) => [host.name, host.runsOn]));
  const belowOf = (name: string): string[] => [below.get(name)].filter(other => other !== undefined);
  const order = candidates
    .map(name => ({name, size: sizeOf(name), depth: reached(name, belowOf).size}))
    // Of two that stand behind each other the guest goes before the machine it runs on.
    .sort((a, b) => a.size - b.size || b.depth - a.depth);
  return new Map(
    order.map(({name}, index) => [
      name,
      {place: index + 1, why: whyOf(own.has(name), through.get(name), under.get(name))},
    ]),
  );
};

const isConsole = ({host, scan}: HostRecord, machine: string | undefined): boolean =>
  host.transport === 'local' || (machine !== undefined && machine !== '' && scan?.machineId === machine);

/** Who of the fleet is a jump host, known by its name in ssh's configuration or by where it is; and who is reached through it. */
const jumpsInFleet = (records: readonly HostRecord[]): Map<string, Set<string>> => {
  const placed = groupPairs(
    records.flatMap(({host, scan}) =>
      [
        host.name,
        place(host.address, host.port ?? 22),
        ...(scan?.reach?.at === undefined ? [] : [place(scan.reach.at.address, scan.reach.at.port)]),
      ].map(key => [key, host.name] as const),
    ),
  );
  return groupPairs(
    records.flatMap(({host, scan}) =>
      (scan?.reach?.jumps ?? []).flatMap(jump =>
        [jump.name, place(jump.address, jump.port)]
          .flatMap(key => [...(placed.get(key) ?? [])])
          .filter(name => name !== host.name)
          .map(name => [name, host.name] as const),
      ),
    ),
  );
};

const place = (address: string, port: number): string => `${address.toLowerCase()} ${port}`;

const groupPairs = (pairs: readonly (readonly [string, string])[]): Map<string, Set<string>> => {
  const groups = new Map<string, Set<string>>();
  for (const [key, value] of pairs) groups.set(key, (groups.get(key) ?? new Set<string>()).add(value));
  return groups;
};

/** Everything that can be reached from a host, itself apart. */
const reached = (from: string, next: (name: string) => string[]): Set<string> => {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const other of next(name)) {
      if (other === from || seen.has(other)) continue;
      seen.add(other);
      open.push(other);
    }
  }
  return seen;
};

const whyOf = (
  isOwn: boolean,
  through: ReadonlySet<string> | undefined,
  under: ReadonlySet<string> | undefined,
): string =>
  [
    ...(isOwn ? ['this console runs on it'] : []),
    ...(through === undefined ? [] : [`${hosts(through.size, 'is', 'are')} reached through it`]),
    ...(under === undefined ? [] : [`${hosts(under.size, 'runs', 'run')} on it`]),
  ].join(', ');

const hosts = (count: number, one: string, many: string): string =>
  count === 1 ? `1 host ${one}` : `${count} hosts ${many}`;
