import {isIPv4, isIPv6} from 'node:net';
import {z} from 'zod';
import {hostNameSchema} from '../model/host.ts';
import {shown, type Mistake} from './mistake.ts';
import {closest} from './closest.ts';
import type {Place, Places} from './place.ts';
import {entriesOf, isPlainMap} from './plain-map.ts';
import {runsOnFaults} from './runs-on.ts';

/** What of a host the checks look at; the rest may be as wrong as it likes. */
const looseHost = z
  .looseObject({
    address: z.string().optional().catch(undefined),
    port: z.number().optional().catch(undefined),
    jump: z.string().optional().catch(undefined),
    runsOn: z.string().optional().catch(undefined),
    groups: z.array(z.unknown()).catch([]),
  })
  .catch({groups: []});

/** What no schema of one place can see: names, groups that do not exist, two hosts at one address, a host that runs on none. */
export const crossMistakes = (raw: unknown, places: Places): Mistake[] => {
  if (!isPlainMap(raw)) return [];
  const groups = entriesOf(raw['groups']).map(([name]) => name);
  const hosts = entriesOf(raw['hosts']).map(([name, entry]) => ({name, ...looseHost.parse(entry)}));
  return [
    ...groups.flatMap(name => nameMistakes(['groups', name], places)),
    ...hosts.flatMap(({name}) => nameMistakes(['hosts', name], places)),
    ...hosts.filter(({name}) => groups.includes(name)).map(({name}) => sharedName(name, places)),
    ...hosts.flatMap(host => groupMistakes(host, groups, places)),
    ...hosts.flatMap(host => addressMistakes(host, places)),
    ...sameAddresses(hosts, places),
    ...runsOnMistakes(raw, hosts, places),
    ...(hosts.length === 0 && isPlainMap(raw['hosts']) ? [noHosts(places)] : []),
  ];
};

type LooseHost = {name: string; runsOn?: string | undefined} & {
  address?: string | undefined;
  port?: number | undefined;
  jump?: string | undefined;
  groups: unknown[];
};

const nameMistakes = (path: readonly [string, string], places: Places): Mistake[] => {
  const [section, name] = path;
  if (name !== '__proto__' && hostNameSchema.safeParse(name).success) return [];
  const kind = section === 'groups' ? 'a group' : 'a host';
  const remedy =
    name === '<<'
      ? 'merge keys are not read: state what is common in a group or in "defaults"'
      : 'a name has letters, digits, ".", "_" and "-", and begins with a letter, a digit or "_"';
  return [{...places.key(path), what: `${shown(name)} cannot be the name of ${kind}`, remedy}];
};

const sharedName = (name: string, places: Places): Mistake => ({
  ...places.key(['hosts', name]),
  what: `${shown(name)} is the name of a host and of a group`,
  remedy: 'rename one: on the command line nobody could tell which is meant',
});

const groupMistakes = (host: LooseHost, groups: readonly string[], places: Places): Mistake[] =>
  host.groups.flatMap((group, i) => {
    if (typeof group !== 'string') return [];
    // Looked up only for a mistake: among 10,000 hosts it takes its time.
    const place = (): Place => places.value(['hosts', host.name, 'groups', i]);
    if (!groups.includes(group)) {
      const meant = closest(group, groups);
      const remedy = meant === undefined ? 'add it under "groups"' : `did you mean "${meant}"?`;
      return [{...place(), what: `host ${host.name} is in ${shown(group)}, which is no group`, remedy}];
    }
    return host.groups.indexOf(group) === i
      ? []
      : [
          {
            ...place(),
            what: `host ${host.name} names the group ${shown(group)} twice`,
            remedy: 'name it once',
          },
        ];
  });

const addressMistakes = ({name, address}: LooseHost, places: Places): Mistake[] => {
  if (address === undefined || isAddress(address)) return [];
  return [
    {
      ...places.value(['hosts', name, 'address']),
      what: `address of host ${name} cannot be ${shown(address)}`,
      remedy: addressRule(address),
    },
  ];
};

/** What to do about an address that is none. */
export const addressRule = (address: string): string => {
  const port = /^(.+):(\d{1,5})$/.exec(address);
  return port !== null && isAddress(port[1] ?? '')
    ? `give the port on its own: port: ${port[2] ?? ''}`
    : 'a DNS name, an IPv4 or an IPv6 address';
};

/** A DNS name, an IPv4 or an IPv6 address. */
export const isAddress = (address: string): boolean => {
  if (/^[\d.]+$/.test(address)) return isIPv4(address);
  return isIPv6(address) || hostNameSchema.safeParse(address).success;
};

/** Two entries for one machine would be patched twice at once. Who has no port is on 22, as far as the inventory can tell. */
const sameAddresses = (hosts: readonly LooseHost[], places: Places): Mistake[] => {
  const first = new Map<string, string>();
  return hosts.flatMap(host => {
    const address = (host.address ?? host.name).toLowerCase();
    const key = `${address} ${host.port ?? 22} ${host.jump ?? ''}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, host.name);
    if (other === undefined) return [];
    const path = ['hosts', host.name, ...(host.address === undefined ? [] : ['address'])];
    return [
      {
        ...places.value(path),
        what: `hosts ${other} and ${host.name} have the same address, ${shown(address)}, and port ${host.port ?? 22}`,
        remedy: 'take one away, or give one another address or port',
      },
    ];
  });
};

/** What a host runs on may be stated by itself, by the last of its groups that does, or by the defaults: the mistake is there. */
const runsOnMistakes = (
  raw: Readonly<Record<string, unknown>>,
  hosts: readonly LooseHost[],
  places: Places,
): Mistake[] => {
  const groups = new Map(
    entriesOf(raw['groups']).map(([name, entry]) => [name, looseHost.parse(entry).runsOn]),
  );
  const common = looseHost.parse(raw['defaults']).runsOn;
  const stated = hosts.map(({name, runsOn, groups: own}) => {
    if (runsOn !== undefined) return {name, runsOn, path: ['hosts', name, 'runsOn']};
    const group = own.findLast(each => typeof each === 'string' && groups.get(each) !== undefined);
    return typeof group === 'string'
      ? {name, runsOn: groups.get(group), path: ['groups', group, 'runsOn']}
      : {name, runsOn: common, path: ['defaults', 'runsOn']};
  });
  const pathOf = new Map(stated.map(({name, path}) => [name, path]));
  return runsOnFaults(stated).map(({name, what, remedy}) => ({
    ...places.value(pathOf.get(name) ?? []),
    what,
    remedy,
  }));
};

const noHosts = (places: Places): Mistake => ({
  ...places.key(['hosts']),
  what: 'the inventory has no hosts',
  remedy: 'add one: "hosts: {web1: {address: 10.0.0.11}}"',
});
