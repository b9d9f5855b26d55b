import {omit} from '../record/omit.ts';
import {addressRule, isAddress} from './cross-checks.ts';
import {mistakesOf} from './issue-words.ts';
import {shown, type FilePlace, type Mistake} from './mistake.ts';
import {settingsFor} from './overlay.ts';
import {nowhere} from './place.ts';
import {hostEntrySchema, type HostEntry, type Overlay} from './schema.ts';

export type Setting = Exclude<keyof HostEntry, 'groups'>;

/** A setting that a foreign inventory does not give in a form that can be used, and why. */
export type Lack = {
  host: string;
  setting: Setting;
  at: FilePlace;
  /** What stands there, by the name it has there. */
  subject: string;
  wrong: string;
  /** What it would have to be. */
  rule?: string;
};

/** The mistakes of hosts that lack something. What many lack for one reason at one place is asked for once. */
export const lackMistakes = (lacks: readonly Lack[], overlayFile: string): Mistake[] => {
  const alike = new Map<string, [Lack, ...Lack[]]>();
  for (const lack of lacks) {
    const key = JSON.stringify(omit(lack, 'host'));
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [lack]);
    else known.push(lack);
  }
  return [...alike.values()].map(all => {
    const [{setting, at, subject, wrong, rule}] = all;
    const hosts = all.map(({host}) => host);
    const remedy = `state it in ${overlayFile}: ${exampleOf(setting, hosts)}`;
    return {
      ...at,
      what: `${subject} of ${namesOf(hosts)} ${wrong}`,
      remedy: rule === undefined ? remedy : `${rule}; or ${remedy}`,
    };
  });
};

/** What is wrong with a value of a foreign inventory, and what it would have to be; undefined for one that can be used. */
export const wrongValue = (setting: Setting, value: unknown): Pick<Lack, 'wrong' | 'rule'> | undefined => {
  if (setting === 'address' && typeof value === 'string' && !isAddress(value))
    return {wrong: `cannot be ${shown(value)}`, rule: addressRule(value)};
  const issue = hostEntrySchema.shape[setting].safeParse(value).error?.issues[0];
  if (issue === undefined) return undefined;
  const [found] = mistakesOf([{...issue, path: [setting, ...issue.path]}], {[setting]: value}, nowhere);
  return {
    wrong: found?.what.replace(`"${setting}" `, '') ?? `cannot be ${shown(value)}`,
    rule: found?.remedy ?? issue.message,
  };
};

/** Whether an overlay states a setting for a host: by its name, one of its groups, or for all. */
export const statedBy = (
  overlay: Overlay,
): ((host: string, groups: readonly string[], setting: Setting) => boolean) => {
  const byHost = settingsFor(overlay.hosts);
  const byGroup = settingsFor(overlay.groups);
  const has = (layer: object, setting: Setting): boolean =>
    Object.getOwnPropertyDescriptor(layer, setting)?.value !== undefined;
  return (host, groups, setting) =>
    has(overlay.defaults, setting) ||
    [...byHost(host), ...groups.flatMap(byGroup)].some(layer => has(layer, setting));
};

const namesOf = (hosts: readonly string[]): string =>
  hosts.length === 1
    ? `host ${hosts[0] ?? ''}`
    : `${hosts.length} hosts (${hosts.slice(0, 3).join(', ')}${hosts.length > 3 ? ' and others' : ''})`;

const examples: Partial<Record<Setting, string>> = {
  address: '10.0.0.11',
  port: '22',
  user: 'ops',
  become: 'sudo',
  jump: 'bastion.example.org',
  criticality: 'high',
  exposure: 'internal',
  data: 'internal',
  wave: '2',
  canary: 'true',
  owner: 'shop',
  tags: '[eu]',
};

/** As it would stand in the overlay: for all where several hosts lack what can be said for all. */
const exampleOf = (setting: Setting, hosts: readonly string[]): string => {
  const entry = `{${setting}: ${examples[setting] ?? '...'}}`;
  const isForAll = hosts.length > 1 && setting !== 'address' && setting !== 'canary';
  return isForAll ? `defaults: ${entry}` : `hosts: {${hosts[0] ?? ''}: ${entry}}`;
};
