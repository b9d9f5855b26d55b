import {readdir, stat} from 'node:fs/promises';
import {join, relative, resolve} from 'node:path';
import {cleanLine} from '../model/clean.ts';
import {readAnsibleCfg} from './ansible-cfg.ts';
import {isProgram} from './format.ts';
import {readText} from './read-text.ts';
import {countSshAliases} from './ssh-aliases.ts';

/** An inventory of another program that is there: what it is in words, where, as it is called from here, and the command that uses it. */
export type Offer = {what: string; path: string; shown: string; command: string};

/** Names that say what a file or folder is. */
const plainNames = [
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
/** Names of Ansible's usual layouts that other things have, too: offered only with hosts in them. */
const usualNames = ['production', 'staging'];
const usualFolder = 'inventories';
const mostOffered = 8;

/**
 * What could be used where no inventory of our own is: what ansible.cfg in this folder names, Ansible's inventories and sheets beside it,
 * the system's, the aliases of ssh. `hostsIn` counts the hosts of one, undefined where it cannot be read; programs are not run for it.
 */
export const findOffers = async (
  cwd: string,
  home: string,
  hostsIn: (path: string) => Promise<number | undefined>,
  systemHosts = '/etc/ansible/hosts',
): Promise<Offer[]> => {
  const guesses = [
    ...usualNames.map(name => join(cwd, name)),
    ...(await namesIn(join(cwd, usualFolder))).map(name => join(cwd, usualFolder, name)),
  ];
  const candidates = new Set([
    ...(await configured(cwd, home)),
    ...plainNames.map(name => join(cwd, name)),
    ...guesses,
    systemHosts,
  ]);
  const offers: Offer[] = [];
  for (const path of candidates) {
    if (offers.length === mostOffered || !(await saysSomething(path))) continue;
    const isScript = !/\.\w+$/.test(path) && (await isProgram(path));
    const count = isScript ? undefined : await hostsIn(path);
    if (count === undefined && guesses.includes(path)) continue;
    const kind = isScript ? 'a program' : path.endsWith('.csv') ? 'a sheet' : 'Ansible';
    offers.push(offerOf(cwd, path, isScript ? kind : `${kind}, ${hosts(count)}`));
  }
  const config = join(home, '.ssh', 'config');
  const aliases = await countSshAliases(config);
  if (aliases > 0) offers.push(offerOf(cwd, config, `ssh, ${hosts(aliases)}`));
  return offers;
};

const hosts = (count: number | undefined): string =>
  count === undefined ? 'with mistakes in it' : `${count} ${count === 1 ? 'host' : 'hosts'}`;

const offerOf = (cwd: string, path: string, what: string): Offer => {
  const near = relative(cwd, path);
  const shown = near.startsWith('..') ? path : near;
  return {what, path, shown: cleanLine(shown, 200), command: `patchdeck --inventory ${quoted(shown)}`};
};

/** A folder, or a file with more than comments in it: the one that Debian's package of Ansible brings has nothing else. */
const saysSomething = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return found?.isDirectory() === true;
  const text = await readText(path).catch(() => undefined);
  return text === undefined || /^\s*[^\s#;]/m.test(text);
};

/** What ansible.cfg calls the inventory: paths relative to it. */
const configured = async (cwd: string, home: string): Promise<string[]> =>
  ((await readAnsibleCfg(cwd))?.inventories ?? []).map(path =>
    resolve(
      cwd,
      path.replace(/^~(?=\/)/, () => home),
    ),
  );

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter(name => !name.startsWith('.')).sort();

/** As a shell wants it. */
const quoted = (text: string): string =>
  /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
