import {shown, type FilePlace, type Mistake} from './mistake.ts';

/** The value of a variable that is encrypted with Ansible Vault. */
export const vaulted = Symbol('vaulted');

/** Variables with their places. */
export type Vars = Map<string, {value: unknown; at: FilePlace}>;
export type Group = {hosts: Set<string>; children: Set<string>; vars: Vars; at: FilePlace; defined: boolean};

/** Groups of groups and hosts, from one file or several. `all` is above every group, `ungrouped` has who is in no other. */
export type Graph = {
  groups: Map<string, Group>;
  hosts: Map<string, {vars: Vars; at: FilePlace}>;
  mistakes: Mistake[];
  /** Sentences about what was not used, and why. */
  notices: string[];
};

export const createGraph = (): Graph => ({groups: new Map(), hosts: new Map(), mistakes: [], notices: []});

/** The group of this name. One that is only mentioned is not yet defined. */
export const groupOf = (graph: Graph, name: string, at: FilePlace, defines = true): Group => {
  const found = graph.groups.get(name);
  if (found !== undefined) {
    found.defined ||= defines;
    return found;
  }
  const made: Group = {hosts: new Set(), children: new Set(), vars: new Map(), at, defined: defines};
  graph.groups.set(name, made);
  return made;
};

/** Puts a host into a group. Variables of a later mention hold. */
export const addHost = (graph: Graph, group: Group, name: string, at: FilePlace, vars?: Vars): void => {
  group.hosts.add(name);
  const host = graph.hosts.get(name) ?? {vars: new Map(), at};
  graph.hosts.set(name, host);
  for (const [key, value] of vars ?? []) host.vars.set(key, value);
};

/** The groups of every host, `all` first, then from general to special as Ansible sorts them: depth, priority, name. */
export const groupsByHost = (graph: Graph): Map<string, string[]> => {
  const parents = new Map<string, string[]>();
  for (const [name, {children}] of graph.groups) {
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  const above = new Map<string, {depth: number; all: Set<string>}>();
  const look = (name: string, path: readonly string[]): {depth: number; all: Set<string>} => {
    const known = above.get(name);
    if (known !== undefined) return known;
    const found = {depth: name === 'all' ? 0 : 1, all: new Set<string>()};
    for (const parent of parents.get(name) ?? []) {
      if (parent === name || path.includes(parent)) {
        const at = graph.groups.get(parent)?.at;
        const what = `the group ${shown(parent)} is among its own children, by way of ${shown(name)}`;
        graph.mistakes.push({...at, what, remedy: 'take one of the two relations away'});
        continue;
      }
      const upper = look(parent, [...path, name]);
      found.depth = Math.max(found.depth, upper.depth + 1);
      for (const one of [parent, ...upper.all]) found.all.add(one);
    }
    above.set(name, found);
    return found;
  };
  const direct = new Map<string, Set<string>>();
  for (const [name, {hosts}] of graph.groups) {
    const {all} = look(name, []);
    for (const host of hosts) {
      const mine = direct.get(host) ?? new Set<string>();
      direct.set(host, mine);
      for (const one of [name, ...all]) mine.add(one);
    }
  }
  const rank = new Map(
    [...graph.groups].map(([name, {vars}]) => [
      name,
      {depth: look(name, []).depth, priority: priorityOf(vars)},
    ]),
  );
  const byRank = (a: string, b: string): number => {
    const [one, two] = [rank.get(a), rank.get(b)];
    return (
      (one?.depth ?? 0) - (two?.depth ?? 0) ||
      (one?.priority ?? 1) - (two?.priority ?? 1) ||
      (a < b ? -1 : a > b ? 1 : 0)
    );
  };
  return new Map(
    [...graph.hosts.keys()].map(host => {
      const mine = [...(direct.get(host) ?? [])].filter(name => name !== 'all' && name !== 'ungrouped');
      return [host, ['all', ...(mine.length === 0 ? ['ungrouped'] : mine.sort(byRank))]];
    }),
  );
};

const priorityOf = (vars: Vars): number => {
  const value = vars.get('ansible_group_priority')?.value;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? Number.parseInt(value, 10) || 1 : 1;
};
