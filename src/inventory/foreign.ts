import {isIPv6} from 'node:net';
import {cleanLine} from '../model/clean.ts';
import {hostNameSchema} from '../model/host.ts';
import {lackMistakes, statedBy, wrongValue, type Lack, type Setting} from './lacks.ts';
import {shown, type FilePlace, type Mistake} from './mistake.ts';
import {settingsFor} from './overlay.ts';
import {hostEntry, type HostEntry, type InventoryFile, type Overlay} from './schema.ts';

/** A host of another program's inventory. */
export type ForeignHost = {
  name: string;
  at: FilePlace;
  /** From general to special. */
  groups: string[];
  settings: Map<Setting, {value: unknown; at: FilePlace}>;
  /** Settings that stand there and cannot be read: an overlay that states them makes them unimportant. */
  unreadable: {setting: Setting; at: FilePlace; variable: string; why: string}[];
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
): {parsed: InventoryFile; mistakes: Mistake[]; notices: string[]} => {
  const mistakes = [...foreign.mistakes];
  const notices = [...foreign.notices];
  const overlaid = settingsFor(overlay.hosts);
  const isStated = statedBy(overlay);
  const lacks: Lack[] = [];
  const hosts: [string, HostEntry][] = [];
  const machines = new Map<string, string>();
  for (const given of foreign.hosts) {
    const host = withPlainName(given);
    if (host.name !== given.name)
      notices.push(`${given.name} is called ${host.name} here: a name has no ":"`);
    const stated = overlaid(host.name);
    if (stated.findLast(({ignore}) => ignore !== undefined)?.ignore === true) {
      hosts.push([host.name, {}]);
      continue;
    }
    const isMended = (setting: Setting): boolean => isStated(host.name, host.groups, setting);
    mistakes.push(...nameMistakes(host));
    lacks.push(
      ...host.unreadable
        .filter(({setting}) => !isMended(setting))
        .map(({setting, at, variable, why}) => ({
          host: host.name,
          setting,
          at,
          subject: variable,
          wrong: why,
        })),
    );
    const entry: Record<string, unknown> = {};
    for (const [setting, {value, at}] of host.settings) {
      const wrong = wrongValue(setting, value);
      if (wrong === undefined) entry[setting] = value;
      else if (!isMended(setting)) lacks.push({host: host.name, setting, at, subject: setting, ...wrong});
    }
    const over = <Key extends 'address' | 'port' | 'jump'>(key: Key) =>
      stated.findLast(layer => layer[key] !== undefined)?.[key];
    const own = hostEntry(entry);
    const twin = twinOf(
      host.name,
      over('address') ?? host.machine?.address ?? own.address ?? host.name,
      over('port') ?? own.port ?? host.machine?.port ?? 22,
      over('jump') ?? own.jump ?? '',
      machines,
    );
    if (twin !== undefined) mistakes.push({...host.at, ...twin, remedy: twinRemedy(host.name, overlayFile)});
    hosts.push([host.name, {...own, ...(host.groups.length > 0 ? {groups: host.groups} : {})}]);
  }
  mistakes.push(...lackMistakes(lacks, overlayFile));
  if (foreign.hosts.length === 0 && foreign.mistakes.length === 0) mistakes.push(noHosts(foreign.notices));
  const groups = Object.fromEntries(foreign.groups.map(group => [group, {}]));
  return {
    parsed: {fleet: fleetName(foreign.name), defaults: {}, groups, hosts: Object.fromEntries(hosts)},
    mistakes,
    notices,
  };
};

/** A host that is named by an IPv6 address has its colons replaced: elsewhere they would separate a port. */
const withPlainName = (host: ForeignHost): ForeignHost =>
  isIPv6(host.name)
    ? {
        ...host,
        name: `ip6-${host.name.replace(/[:%]/g, '-')}`,
        settings: new Map([['address', {value: host.name, at: host.at}], ...host.settings]),
      }
    : host;

/** Where hosts were left out, that is why there are none. */
const noHosts = (notices: readonly string[]): Mistake =>
  notices.length === 0
    ? {what: 'the inventory has no hosts', remedy: 'name the right file'}
    : {
        what: `the inventory has no hosts that patchdeck could reach: ${notices.join('; ')}`,
        remedy: 'name one that has',
      };

const nameMistakes = ({name, at}: ForeignHost): Mistake[] => {
  if (name !== '__proto__' && hostNameSchema.safeParse(name).success) return [];
  const [, user, plain] = /^([^@]+)@([^@]+)$/.exec(name) ?? [];
  const remedy =
    user !== undefined && plain !== undefined
      ? `write the user apart: ${cleanLine(`${plain} ansible_user=${user}`, 100)}`
      : 'a name has letters, digits, ".", "_" and "-", and begins with a letter, a digit or "_"; give an address a name of its own';
  return [{...at, what: `${shown(name)} cannot be the name of a host`, remedy}];
};

/**
 * Two entries for one machine would be patched twice at once. Who has no port is on 22, as far as the inventory can tell; one address behind
 * two jump hosts may be two machines.
 */
const twinOf = (
  name: string,
  address: string,
  port: number,
  jump: string,
  machines: Map<string, string>,
): {what: string} | undefined => {
  const key = `${address.toLowerCase()} ${port} ${jump}`;
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
