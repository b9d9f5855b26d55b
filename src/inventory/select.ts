import picomatch from 'picomatch';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Host, Inventory} from '../model/host.ts';
import {closest} from './closest.ts';

/**
 * The hosts that patterns mean, in the order of the inventory: names, groups, globs of names, `tag:x` (x may be a glob); none means
 * all. Those of `exclude` are taken away. A pattern, wanted or excluded, that matches nothing throws `inventory.no-match`, as does an
 * empty result: a typing mistake must never make a selection wider or narrower in silence.
 */
export const selectHosts = (
  inventory: Inventory,
  patterns: readonly string[],
  exclude: readonly string[],
): Host[] => {
  const without = matching(inventory, exclude, '--exclude ');
  const wanted = patterns.length === 0 ? inventory.hosts : [...matching(inventory, patterns, '')];
  const left = new Set(wanted.filter(host => !without.has(host)));
  if (left.size === 0) {
    throw noMatch(
      inventory.hosts.length === 0 ? 'there are no hosts to choose from' : 'no host is left after --exclude',
      'exclude less, or name other hosts',
    );
  }
  return inventory.hosts.filter(host => left.has(host));
};

const matching = (inventory: Inventory, patterns: readonly string[], flag: string): Set<Host> => {
  const found = new Set<Host>();
  const unmatched: string[] = [];
  for (const pattern of patterns) {
    const hosts = hostsOf(inventory, pattern);
    if (hosts.length === 0) unmatched.push(pattern);
    for (const host of hosts) found.add(host);
  }
  if (unmatched.length === 0) return found;
  const said = unmatched.map(pattern => {
    const meant = suggestion(inventory, pattern);
    const shown = `${flag}"${cleanLine(pattern, 80)}" matches no host`;
    return meant === undefined ? shown : `${shown} (did you mean "${meant}"?)`;
  });
  throw noMatch(said.join('; '), 'see names, groups and tags with `patchdeck inventory list`');
};

const hostsOf = ({hosts, groups}: Inventory, pattern: string): Host[] => {
  const tag = tagOf(pattern);
  if (tag !== undefined) {
    const matches = matcher(tag);
    return hosts.filter(host => host.tags.some(matches));
  }
  const named = hosts.filter(host => host.name === pattern);
  if (named.length > 0) return named;
  if (groups.includes(pattern)) return hosts.filter(host => host.groups.includes(pattern));
  const matches = matcher(pattern);
  return hosts.filter(host => matches(host.name));
};

const tagOf = (pattern: string): string | undefined =>
  pattern.startsWith('tag:') ? pattern.slice('tag:'.length) : undefined;

/** Whether names match a glob. */
export const matcher = (glob: string): ((name: string) => boolean) => {
  // Longer than any name could need: cut short it would mean something else.
  if (glob === '' || glob.length > 1000) return () => false;
  // No `!`: to take hosts away there is --exclude. No extended globs: names are plain.
  const matches = picomatch(glob, {dot: true, nonegate: true, noextglob: true});
  return name => matches(name);
};

/** A pattern near the given one that does match something. */
const suggestion = (inventory: Inventory, pattern: string): string | undefined => {
  const {hosts, groups} = inventory;
  const tag = tagOf(pattern);
  const words =
    tag === undefined ? [...hosts.map(host => host.name), ...groups] : hosts.flatMap(host => host.tags);
  const typed = tag ?? pattern;
  const prefix = tag === undefined ? '' : 'tag:';
  const glob = typed.search(/[*?[{]/);
  const literal = glob === -1 ? typed : typed.slice(0, glob);
  const candidates =
    glob === -1 ? words : words.flatMap(word => [0, 1, -1].map(more => word.slice(0, literal.length + more)));
  const meant = closest(literal, candidates);
  const whole = meant === undefined ? undefined : `${prefix}${meant}${typed.slice(literal.length)}`;
  return whole !== undefined && hostsOf(inventory, whole).length > 0 ? whole : undefined;
};

const noMatch = (what: string, next: string): PatchdeckError =>
  new PatchdeckError('input', 'inventory.no-match', `${what}; nothing was done`, next);
