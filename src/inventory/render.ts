import {stringify} from 'yaml';
import type {Host, Inventory} from '../model/host.ts';
import {shown} from './mistake.ts';

/**
 * An inventory whose groups are called as files of our own want it: by plain names, and by none that is a host's, too. Other programs have
 * no objection to either. Those that are renamed are said.
 */
export const withPlainGroups = ({
  fleet,
  groups,
  hosts,
}: Inventory): {inventory: Inventory; notices: string[]} => {
  const isHost = new Set(hosts.map(({name}) => name));
  const taken = new Set([...groups, ...isHost]);
  const renamed = new Map<string, string>();
  for (const group of groups) {
    const plain = group.replace(/[^A-Za-z0-9_.-]/g, '_').replace(/^[-.]|^__proto__$|^$/, '_');
    let name = isHost.has(group) ? `${plain}-group` : plain;
    if (name === group) continue;
    while (taken.has(name)) name += '-';
    taken.add(name);
    renamed.set(group, name);
  }
  const all = (names: readonly string[]): string[] => names.map(name => renamed.get(name) ?? name);
  return {
    inventory: {
      fleet,
      groups: all(groups),
      hosts: hosts.map(host => ({...host, groups: all(host.groups), oneAtATime: all(host.oneAtATime)})),
    },
    notices: [...renamed].map(
      ([group, name]) =>
        `the group ${shown(group)} is written as ${name}: ${isHost.has(group) ? 'a host has that name, too' : 'that is no plain name'}`,
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
