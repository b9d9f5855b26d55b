import {hostNameSchema} from '../model/host.ts';
import {isAddress} from './cross-checks.ts';
import {shown, type FilePlace, type Mistake} from './mistake.ts';
import {settingsFor} from './overlay.ts';
import {hostEntry, settingMistake, type HostEntry, type InventoryFile, type Overlay} from './schema.ts';

export type Setting = Exclude<keyof HostEntry, 'groups'>;

/** A host of another program's inventory. */
export type ForeignHost = {
  name: string;
  at: FilePlace;
  /** From general to special. */
  groups: string[];
  settings: Map<Setting, {value: unknown; at: FilePlace}>;
  /** Settings that stand there and cannot be read: an overlay that states them makes them unimportant. */
  unreadable: {setting: Setting; mistake: Mistake}[];
  /** Where the machine is, when `address` is only a name for it. */
  machine?: {address: string; port: number};
};

/** What was understood of another program's inventory. */
export type Foreign = {
  /** A name for the fleet. */
  name: string;
  groups: string[];
  hosts: ForeignHost[];
  mistakes: Mistake[];
  /** Sentences about what was not used, and why. */
  notices: string[];
};

/** A foreign inventory as one of our own, with every mistake that the overlay does not mend. `overlayFile` is where it would be. */
export const fromForeign = (
  foreign: Foreign,
  overlay: Overlay,
  overlayFile: string,
): {parsed: InventoryFile; mistakes: Mistake[]} => {
  const mistakes = [...foreign.mistakes];
  const overlaid = settingsFor(overlay.hosts);
  const hosts: [string, HostEntry][] = [];
  const machines = new Map<string, string>();
  for (const host of foreign.hosts) {
    const stated = overlaid(host.name);
    if (stated.findLast(({ignore}) => ignore !== undefined)?.ignore === true) {
      hosts.push([host.name, {}]);
      continue;
    }
    const isStated = (setting: Setting): boolean => stated.some(entry => entry[setting] !== undefined);
    mistakes.push(
      ...nameMistakes(host),
      ...host.unreadable.filter(({setting}) => !isStated(setting)).map(({mistake}) => mistake),
    );
    const entry: Record<string, unknown> = {};
    for (const [setting, {value, at}] of host.settings) {
      const wrong = isStated(setting) ? undefined : wrongValue(setting, value);
      if (wrong === undefined) entry[setting] = value;
      else {
        const what = `${setting} of host ${host.name} cannot be ${shown(value)}`;
        mistakes.push({...at, what, remedy: `${wrong}; or state it in ${overlayFile}`});
      }
    }
    const over = <Key extends 'address' | 'port'>(key: Key) =>
      stated.findLast(layer => layer[key] !== undefined)?.[key];
    const own = hostEntry(entry);
    const twin = twinOf(
      host.name,
      over('address') ?? host.machine?.address ?? own.address ?? host.name,
      over('port') ?? own.port ?? host.machine?.port ?? 22,
      machines,
    );
    if (twin !== undefined) mistakes.push({...host.at, ...twin, remedy: twinRemedy(host.name, overlayFile)});
    hosts.push([host.name, {...own, ...(host.groups.length > 0 ? {groups: host.groups} : {})}]);
  }
  if (foreign.hosts.length === 0 && foreign.mistakes.length === 0) {
    mistakes.push({what: 'the inventory has no hosts', remedy: 'name the right file'});
  }
  const groups = Object.fromEntries(foreign.groups.map(group => [group, {}]));
  return {
    parsed: {fleet: fleetName(foreign.name), defaults: {}, groups, hosts: Object.fromEntries(hosts)},
    mistakes,
  };
};

const nameMistakes = ({name, at}: ForeignHost): Mistake[] =>
  name !== '__proto__' && hostNameSchema.safeParse(name).success
    ? []
    : [
        {
          ...at,
          what: `${shown(name)} cannot be the name of a host`,
          remedy:
            'a name has letters, digits, ".", "_" and "-", and begins with a letter, a digit or "_"; give an address a name of its own',
        },
      ];

const wrongValue = (setting: Setting, value: unknown): string | undefined => {
  const wrong = settingMistake(setting, value);
  if (wrong !== undefined) return wrong;
  return setting === 'address' && typeof value === 'string' && !isAddress(value)
    ? 'a DNS name, an IPv4 or an IPv6 address'
    : undefined;
};

/** Two entries for one machine would be patched twice at once. Who has no port is on 22, as far as the inventory can tell. */
const twinOf = (
  name: string,
  address: string,
  port: number,
  machines: Map<string, string>,
): {what: string} | undefined => {
  const key = `${address.toLowerCase()} ${port}`;
  const other = machines.get(key);
  if (other === undefined) {
    machines.set(key, name);
    return undefined;
  }
  return {what: `hosts ${other} and ${name} have the same address, ${shown(address)}, and port ${port}`};
};

const twinRemedy = (name: string, overlayFile: string): string =>
  `they would be patched as two: take one away, or write "hosts: {${name}: {ignore: true}}" into ${overlayFile}`;

const fleetName = (name: string): string => {
  const plain = name
    .replace(/[\p{C}]/gu, '')
    .trim()
    .slice(0, 60);
  return plain === '' ? 'fleet' : plain;
};
