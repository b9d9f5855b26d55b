import {createHash} from 'node:crypto';
import {stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import {cleanLine} from '../model/clean.ts';
import type {Inventory} from '../model/host.ts';
import {notToBeRead} from './ansible-plugin.ts';
import {readAnsible} from './ansible.ts';
import {readCsv} from './csv.ts';
import {fromForeign, type Foreign} from './foreign.ts';
import {detectFormat, splitFormat, type Format} from './format.ts';
import {mergeInventory} from './merge.ts';
import {invalidInventory, type Mistake} from './mistake.ts';
import {findOffers, type Offer} from './offer.ts';
import {overlayName, readOverlay, unmatched} from './overlay.ts';
import {readInventory} from './parse.ts';
import {runInventory} from './program.ts';
import {missing, readText} from './read-text.ts';
import {renderInventory} from './render.ts';
import {runsOnFaults} from './runs-on.ts';
import {emptyOverlay, type InventoryFile, type Overlay} from './schema.ts';
import {readSshAliases} from './ssh-aliases.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The inventory that is meant: the flag, PATCHDECK_INVENTORY, ./patchdeck.yaml, ./inventory.yaml, or inventory.yaml of patchdeck's
 * folder below $XDG_CONFIG_HOME (~/.config). What is named is not looked for, and may have `:FORMAT` behind it. Throws
 * `inventory.missing`, which offers the inventories of other programs that are there.
 */
export const findInventory = async (flag: string | undefined, env: Env, cwd: string): Promise<string> => {
  const named = [flag, env['PATCHDECK_INVENTORY']].find(value => value !== undefined && value !== '');
  if (named !== undefined) return resolve(cwd, named);
  const candidates = [
    join(cwd, 'patchdeck.yaml'),
    join(cwd, 'inventory.yaml'),
    join(configHome(env), 'patchdeck', 'inventory.yaml'),
  ];
  for (const path of candidates) {
    if (await isFile(path)) return path;
  }
  const offers = await inventoriesThere(env, cwd);
  const sought = `no inventory was found; looked for ${candidates.map(path => cleanLine(path, 300)).join(', ')}`;
  if (offers.length === 0) throw missing(sought);
  const widest = Math.max(...offers.map(({command}) => command.length));
  throw missing(
    sought,
    'run one of these, or write patchdeck.yaml',
    offers.map(({what, command}) => `  \`${command}\`${' '.repeat(widest - command.length)}  ${what}`),
  );
};

/** The inventories of other programs that are there, where no inventory of our own was found. */
export const inventoriesThere = (env: Env, cwd: string): Promise<Offer[]> =>
  findOffers(cwd, homeOf(env), async path =>
    loadInventory(path).then(
      ({inventory}) => inventory.hosts.length,
      () => undefined,
    ),
  );

export type LoadedInventory = {
  inventory: Inventory;
  /** What a run keeps: the file as it is, or what was understood of another program's. */
  text: string;
  format: Format;
  /** What was not used, and why; one sentence each. */
  notices: string[];
  /** Where settings can be added that the inventory lacks. */
  overlay: string;
};

/**
 * Reads and checks an inventory and the overlay beside it. `spec` is a path, `:FORMAT` behind it if need be; a program is run. Throws
 * `inventory.missing`, `inventory.unreadable`, `inventory.program`, `inventory.format`, and `inventory.invalid` with every mistake.
 */
export const loadInventory = async (
  spec: string,
  options: {
    overlay?: string | undefined;
    /** The overlay that is named may still have to be made. */ mayBeNew?: true;
  } = {},
): Promise<LoadedInventory> => {
  const {path, format: named} = (await isThere(spec)) ? {path: spec} : splitFormat(spec);
  if (!(await isThere(path))) throw missing(`the inventory ${cleanLine(path, 500)} is not there`);
  const {format, text} = named === undefined ? await detectFormat(path) : await textFor(path, named);
  const unread = notToBeRead(path, text);
  if (unread !== undefined) throw invalidInventory(path, [unread]);
  const overlayFile =
    options.overlay ?? join(format === 'ansible-folder' ? path : dirname(path), overlayName);
  const over = await overlayOf(overlayFile, options.overlay !== undefined && options.mayBeNew !== true);
  const read = await readAs(path, format, text, over.overlay, overlayFile);
  const mistakes = [...read.mistakes, ...over.mistakes];
  if (read.parsed === undefined || mistakes.length > 0) throw invalidInventory(path, mistakes);
  const inventory = mergeInventory(read.parsed, over.overlay);
  // What the overlay and other programs' files say has no place that could be named.
  const astray = runsOnFaults(inventory.hosts).map(({what, remedy}) => `${what}: ${remedy}`);
  const isOwn = format === 'patchdeck' && over.text === undefined;
  return {
    inventory,
    text: isOwn
      ? read.text
      : withSources(inventory, [
          {path, text: read.text},
          ...(over.text === undefined ? [] : [{path: overlayFile, text: over.text}]),
        ]),
    format,
    notices: [...read.notices, ...unmatched(over.overlay, read.parsed), ...astray].map(notice =>
      cleanLine(notice, 500),
    ),
    overlay: overlayFile,
  };
};

/** A file is read once: it may be a pipe. */
const textFor = async (path: string, format: Format): Promise<{format: Format; text: string}> => ({
  format,
  text: format === 'ansible-script' ? '' : await readText(path),
});

type Read = {parsed?: InventoryFile; mistakes: Mistake[]; notices: string[]; text: string};

const readAs = async (
  path: string,
  format: Format,
  text: string,
  overlay: Overlay,
  overlayFile: string,
): Promise<Read> => {
  if (format === 'patchdeck') return {...readInventory(text), notices: [], text};
  const printed = format === 'ansible-script' ? await runInventory(path) : text;
  const foreign = await readForeign(path, format, printed);
  return {...fromForeign(foreign, overlay, overlayFile), text: printed};
};

const readForeign = (path: string, format: Exclude<Format, 'patchdeck'>, text: string): Promise<Foreign> => {
  switch (format) {
    case 'ansible-folder':
      return readAnsible(path, 'folder');
    case 'ansible-script':
      return readAnsible(path, 'ansible-json', text);
    case 'ssh-config':
      return readSshAliases(path);
    case 'csv':
      return Promise.resolve(readCsv(text, path));
    default:
      return readAnsible(path, format, text);
  }
};

const overlayOf = async (
  path: string,
  isNamed: boolean,
): Promise<{overlay: Overlay; mistakes: Mistake[]; text?: string}> => {
  if (!(await isFile(path))) {
    if (!isNamed) return {overlay: emptyOverlay, mistakes: []};
    if (!(await isThere(path)))
      throw missing(
        `the overlay ${cleanLine(path, 500)} is not there`,
        'name the one that is meant; `patchdeck inventory set HOSTS... --overlay FILE` makes one',
      );
  }
  const text = await readText(path);
  return {...readOverlay(text, path), text};
};

/** What was understood, in our own form: other programs' files may hold passwords, and a run must not keep those. */
const withSources = (inventory: Inventory, sources: readonly {path: string; text: string}[]): string =>
  [
    ...sources.map(
      ({path, text}) =>
        `# read from ${cleanLine(path, 500)}${text === '' ? '' : `, sha256 ${createHash('sha256').update(text).digest('hex')}`}\n`,
    ),
    renderInventory(inventory),
  ].join('');

const configHome = (env: Env): string => {
  const xdg = env['XDG_CONFIG_HOME'];
  // The XDG base directory specification: a relative value is to be ignored.
  return xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeOf(env), '.config');
};

const homeOf = (env: Env): string => {
  const home = env['HOME'];
  return home === undefined || home === '' ? homedir() : home;
};

const isFile = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isDirectory();
};

const isThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;
