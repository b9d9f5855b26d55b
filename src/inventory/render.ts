import {stringify} from 'yaml';
import type {Host, Inventory} from '../model/host.ts';

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
