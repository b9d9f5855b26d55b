import {closest} from './closest.ts';
import type {Setting} from './lacks.ts';
import {shown} from './mistake.ts';

export type Column = Setting | 'name' | 'groups';

/** Columns by the names that people give them, the usual one first. */
const namesOf: Readonly<Partial<Record<Column, readonly string[]>>> = {
  name: ['name', 'host', 'hostname', 'host_name', 'fqdn', 'server', 'server_name', 'node', 'machine'],
  address: [
    'address',
    'ip',
    'ip_address',
    'ip_addr',
    'ipaddress',
    'ipv4',
    'ipv6',
    'primary_ip',
    'private_ip',
  ],
  port: ['port', 'ssh_port'],
  user: ['user', 'username', 'ssh_user', 'login'],
  become: ['become'],
  jump: ['jump', 'jump_host', 'proxy_jump', 'bastion'],
  groups: ['groups', 'group'],
  criticality: ['criticality'],
  exposure: ['exposure'],
  data: ['data'],
  wave: ['wave'],
  canary: ['canary'],
  owner: ['owner', 'business_owner', 'team', 'contact'],
  tags: ['tags', 'tag'],
};
const columns = new Map(
  Object.entries(namesOf).flatMap(([column, names]) => names.map(name => [name, column as Column] as const)),
);

/** What each column of a sheet means, by its first line: undefined for one that is not used, and a sentence that says so. */
export const columnsOf = (head: readonly string[]): {columns: (Column | undefined)[]; notices: string[]} => {
  const taken = new Map<Column, string>();
  const unused: string[] = [];
  const notices: string[] = [];
  const found = head.map(name => {
    const column = columns.get(plain(name));
    const other = column === undefined ? undefined : taken.get(column);
    if (column === undefined) unused.push(name);
    else if (other === undefined) taken.set(column, name);
    else notices.push(`the column ${shown(name)} is not used: ${shown(other)} says the ${column} already`);
    return other === undefined ? column : undefined;
  });
  const guesses = unused.flatMap(name => {
    const meant = closest(name, [...columns.keys()]);
    return meant === undefined ? [] : [`did you mean "${meant}" by ${shown(name)}?`];
  });
  if (unused.length > 0)
    notices.push([`columns that are not used: ${unused.map(shown).join(', ')}`, ...guesses].join('; '));
  return {columns: found, notices};
};

const plain = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
