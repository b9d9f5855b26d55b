import {addHost, groupOf, vaulted, type Graph, type Vars} from './ansible-graph.ts';
import {shown, type FilePlace} from './mistake.ts';
import {entriesOf, isPlainMap} from './plain-map.ts';

/**
 * Reads what a dynamic inventory prints for `--list` into the graph: groups with `hosts`, `children` and `vars`, or a plain list of
 * hosts; variables of hosts in `_meta.hostvars`. The form is that of Ansible's "Developing dynamic inventory", odd ones as its script.py
 * (2.14) takes them: a map with none of the three keys is a host of that name and its variables, other keys beside them are nothing.
 */
export const readAnsibleJson = (graph: Graph, text: string, file: string): void => {
  const value = parse(graph, text, file);
  if (value === undefined) return;
  const at: FilePlace = {file};
  const wrong = (what: string, remedy: string): void => void graph.mistakes.push({...at, what, remedy});
  if (!isPlainMap(value)) {
    wrong(
      'it is not a map of groups',
      'a dynamic inventory prints {"group": {"hosts": [...]}, "_meta": {"hostvars": {...}}}',
    );
    return;
  }
  const meta = value['_meta'];
  const hostVars = isPlainMap(meta) && isPlainMap(meta['hostvars']) ? meta['hostvars'] : undefined;
  const varsOf = (map: unknown): Vars =>
    new Map(entriesOf(map).map(([key, item]) => [key, {value: isVaulted(item) ? vaulted : item, at}]));
  for (const [name, entry] of Object.entries(value)) {
    if (name === '_meta') continue;
    const group = groupOf(graph, name, at);
    const {hosts = [], children = [], vars = {}} = sectionsOf(name, entry);
    const names = namesIn(hosts);
    const below = namesIn(children);
    if (names === undefined || below === undefined) {
      wrong(
        `group ${shown(name)} is not a list of hosts and children`,
        'its hosts and children are lists of names',
      );
      continue;
    }
    for (const [key, item] of varsOf(vars)) group.vars.set(key, item);
    for (const host of names) addHost(graph, group, host, at);
    for (const child of below) {
      groupOf(graph, child, at, false);
      group.children.add(child);
    }
  }
  const strays: string[] = [];
  for (const [host, vars] of Object.entries(hostVars ?? {})) {
    const known = graph.hosts.get(host);
    if (known === undefined) strays.push(host);
    else for (const [key, item] of varsOf(vars)) known.vars.set(key, item);
  }
  if (strays.length > 0)
    graph.notices.push(
      `${file} gives variables of hosts that are in none of its groups, and are none to Ansible: ${strays.join(', ')}`,
    );
  if (hostVars === undefined && graph.hosts.size > 0)
    graph.notices.push(
      `${file} gives no _meta.hostvars: its hosts are reached by their names, whatever variables they have`,
    );
};

type Sections = {hosts?: unknown; children?: unknown; vars?: unknown};

const sectionsOf = (name: string, entry: unknown): Sections => {
  if (Array.isArray(entry)) return {hosts: entry};
  if (!isPlainMap(entry)) return {hosts: null};
  return ['hosts', 'children', 'vars'].some(section => section in entry)
    ? entry
    : {hosts: [name], vars: entry};
};

/** True for JSON in the form of a dynamic inventory, false for the YAML form written as JSON: there hosts are maps. */
export const isDynamicForm = (text: string): boolean => {
  try {
    const value = JSON.parse(text) as unknown;
    return (
      isPlainMap(value) &&
      ('_meta' in value ||
        Object.values(value).some(
          group =>
            Array.isArray(group) ||
            (isPlainMap(group) && (Array.isArray(group['hosts']) || Array.isArray(group['children']))),
        ))
    );
  } catch {
    return true;
  }
};

const namesIn = (value: unknown): string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const names = value.filter((item): item is string => typeof item === 'string');
  return names.length === value.length ? names : undefined;
};

/** `ansible-inventory --list` writes encrypted values so. */
const isVaulted = (value: unknown): boolean =>
  (isPlainMap(value) && '__ansible_vault' in value) ||
  (typeof value === 'string' && value.startsWith('$ANSIBLE_VAULT'));

const parse = (graph: Graph, text: string, file: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const place = /position (\d+)/.exec(message);
    const before = text.slice(0, Number(place?.[1] ?? 0)).split('\n');
    graph.mistakes.push({
      file,
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      what: `this is not JSON: ${message}`,
      remedy: 'a dynamic inventory prints JSON on stdout and everything else on stderr',
    });
    return undefined;
  }
};
