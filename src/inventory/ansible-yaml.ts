import type {ScalarTag} from 'yaml';
import {addHost, groupOf, vaulted, type Graph, type Vars} from './ansible-graph.ts';
import {expandRange, splitPort} from './ansible-ranges.ts';
import {shown, type FilePlace} from './mistake.ts';
import {entriesOf, isPlainMap} from './plain-map.ts';
import {readYaml, type YamlFile} from './yaml-file.ts';

/** Reads an Ansible inventory in its YAML form into the graph: maps of groups with `hosts`, `children` and `vars`. */
export const readAnsibleYaml = (graph: Graph, text: string, file: string): void => {
  const yaml = readPyYaml(graph, text, file);
  if (!yaml.whole || yaml.value === null) return;
  const place = placer(yaml, file);
  if (!isPlainMap(yaml.value)) {
    const what = 'the file is not a map of groups';
    graph.mistakes.push({...place([]), what, remedy: 'it begins as "all: {hosts: {web1: {}}}"'});
    return;
  }
  for (const [name, value] of Object.entries(yaml.value)) readGroup(graph, name, value, [name], place);
};

/** YAML as Ansible's loader reads it, with its tags; an encrypted value is `vaulted`. What is wrong with it goes to the graph. */
export const readPyYaml = (graph: Graph, text: string, file: string): YamlFile => {
  const yaml = readYaml(text, {version: '1.1', tags: ansibleTags});
  graph.mistakes.push(...yaml.mistakes.map(mistake => ({...mistake, file})));
  graph.notices.push(
    ...yaml.repeats.map(({line, column, what}) => `${file}:${line}:${column}: ${what}; the last one holds`),
  );
  return yaml;
};

/** Variables of a map, each with its place. */
export const varsOf = (value: unknown, path: readonly string[], place: Placer): Vars =>
  new Map(entriesOf(value).map(([key, item]) => [key, {value: item, at: place([...path, key])}]));

type Placer = (path: readonly string[]) => FilePlace;

export const placer =
  ({places}: YamlFile, file: string): Placer =>
  path => ({file, ...places.key(path)});

const ansibleTags: ScalarTag[] = [
  {tag: '!vault', resolve: () => vaulted},
  {tag: '!vault-encrypted', resolve: () => vaulted},
  {tag: '!unsafe', resolve: text => text},
];

const readGroup = (
  graph: Graph,
  name: string,
  value: unknown,
  path: readonly string[],
  place: Placer,
): void => {
  const group = groupOf(graph, name, place(path));
  const wrong = (at: readonly string[], what: string, remedy: string): void => {
    graph.mistakes.push({...place(at), what, remedy});
  };
  if (value === null) return;
  if (!isPlainMap(value)) {
    wrong(path, `the group ${shown(name)} is not a map`, 'it has hosts, children and vars');
    return;
  }
  for (const [section, inner] of Object.entries(value)) {
    const here = [...path, section];
    if (!['hosts', 'children', 'vars'].includes(section)) {
      wrong(here, `unknown key ${shown(section)} in group ${name}`, 'a group has hosts, children and vars');
      continue;
    }
    // A single name is what Ansible takes for a map with that key.
    const map = typeof inner === 'string' ? {[inner]: null} : (inner ?? {});
    if (!isPlainMap(map)) {
      wrong(here, `${section} of group ${name} is not a map`, `write each as a key: "${section}: {name: }"`);
      continue;
    }
    if (section === 'vars') for (const [key, item] of varsOf(map, here, place)) group.vars.set(key, item);
    if (section === 'children') {
      for (const [child, item] of Object.entries(map)) {
        group.children.add(child);
        readGroup(graph, child, item, [...here, child], place);
      }
    }
    if (section !== 'hosts') continue;
    for (const [pattern, vars] of Object.entries(map)) {
      const at = place([...here, pattern]);
      const {pattern: bare, port} = splitPort(pattern);
      const names = expandRange(bare);
      if ('wrong' in names) {
        graph.mistakes.push({
          ...at,
          what: `the range of ${shown(pattern)} is wrong: ${names.wrong}`,
          remedy: 'write it as web[01:20]',
        });
        continue;
      }
      if (vars !== null && !isPlainMap(vars)) {
        graph.mistakes.push({
          ...at,
          what: `host ${shown(pattern)} is not a map of variables`,
          remedy: `write it as "${pattern}: {ansible_host: 10.0.0.11}"`,
        });
        continue;
      }
      const own = varsOf(vars, [...here, pattern], place);
      if (port !== undefined && !own.has('ansible_port')) own.set('ansible_port', {value: Number(port), at});
      for (const host of names) addHost(graph, group, host, at, own);
    }
  }
};
