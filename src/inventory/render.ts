import {stringify} from 'yaml';
import type {Host, Inventory} from '../model/host.ts';

/**
 * An inventory in which no group has the name of a host, as files of our own want it; Ansible has no objection. Such groups are renamed,
 * and said.
 */
export const withGroupsApart = ({
  fleet,
  groups,
  hosts,
}: Inventory): {inventory: Inventory; notices: string[]} => {
  const taken = new Set([...groups, ...hosts.map(({name}) => name)]);
  const isHost = new Set(hosts.map(({name}) => name));
  const renamed = new Map<string, string>();
  for (const group of groups.filter(name => isHost.has(name))) {
    let name = `${group}-group`;
    while (taken.has(name)) name += '-';
    taken.add(name);
    renamed.set(group, name);
  }
  const apart = (names: readonly string[]): string[] => names.map(name => renamed.get(name) ?? name);
  return {
    inventory: {
      fleet,
      groups: apart(groups),
      hosts: hosts.map(host => ({...host, groups: apart(host.groups), oneAtATime: apart(host.oneAtATime)})),
    },
    notices: [...renamed].map(
      ([group, name]) => `the group ${group} is written as ${name}: a host has that name, too`,
    ),
  };
};

/** An inventory as a file of our own that means the same: what is as it is without being said is left out. */
export const renderInventory = ({fleet, groups, hosts}: Inventory): string => {
  const alone = new Set(hosts.flatMap(host => host.oneAtATime));
  const document = {
    fleet,
    ...(groups.length === 0
      ? {}
      : {
          groups: Object.fromEntries(
            groups.map(group => [group, alone.has(group) ? {oneAtATime: true} : {}]),
          ),
        }),
    hosts: Object.fromEntries(hosts.map(host => [host.name, entryOf(host)])),
  };
  return stringify(document, {lineWidth: 0, collectionStyle: 'block', aliasDuplicateObjects: false});
};

const entryOf = (host: Host): Record<string, unknown> => {
  const usual: Record<string, unknown> = {address: host.name, become: 'sudo', canary: false, wave: 1};
  const elsewhere = ['name', 'oneAtATime'];
  return Object.fromEntries(
    Object.entries(host).filter(
      ([key, value]) =>
        !elsewhere.includes(key) &&
        value !== undefined &&
        value !== usual[key] &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
};
