import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {cleanLine} from '../model/clean.ts';
import {countSshAliases} from './ssh-aliases.ts';

/** An inventory of another program that is there: in words, and the command that uses it. */
export type Offer = {what: string; command: string};

/** What could be used where no inventory of our own is: Ansible's in this folder or the system's, the aliases of ssh. */
export const findOffers = async (
  cwd: string,
  home: string,
  systemHosts = '/etc/ansible/hosts',
): Promise<Offer[]> => {
  const offers: Offer[] = [];
  const here = [
    'hosts',
    'hosts.ini',
    'hosts.yml',
    'hosts.yaml',
    'inventory',
    'inventory.ini',
    'inventory.yml',
    'inventory.json',
    'hosts.csv',
    'inventory.csv',
  ];
  const candidates = [
    ...here.map(name => ({path: join(cwd, name), shown: name})),
    {path: systemHosts, shown: systemHosts},
  ];
  for (const {path, shown} of candidates) {
    const found = await stat(path).catch(() => undefined);
    // Of the system's file only one that says something: the one of Debian's package has comments alone.
    if (found === undefined || (found.isFile() && found.size === 0)) continue;
    const kind = shown.endsWith('.csv') ? 'a list of hosts' : 'an inventory of Ansible';
    offers.push({
      what: `${kind} in ${cleanLine(path, 300)}`,
      command: `patchdeck --inventory ${quoted(shown)}`,
    });
  }
  const config = join(home, '.ssh', 'config');
  const aliases = await countSshAliases(config);
  if (aliases > 0) {
    offers.push({
      what: `${cleanLine(config, 300)} with ${aliases} ${aliases === 1 ? 'host' : 'hosts'}`,
      command: `patchdeck --inventory ${quoted(config)}`,
    });
  }
  return offers;
};

/** As a shell wants it. */
const quoted = (text: string): string =>
  /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
