import {readdir, stat} from 'node:fs/promises';
import {extname, join} from 'node:path';
import type {Graph, Vars} from './ansible-graph.ts';
import type {FolderVars} from './ansible-hosts.ts';
import {placer, readPyYaml, varsOf} from './ansible-yaml.ts';
import {isPlainMap} from './plain-map.ts';
import {readText} from './read-text.ts';

/** As Ansible's host_group_vars plugin: these endings, or none. The first that is there is read, no other. */
const extensions = ['', '.yml', '.yaml', '.json'];
const mostDepth = 10;

/**
 * Variables of `group_vars` and `host_vars` in a folder, for the groups and hosts of the graph: a file per name, or a folder of files.
 * Encrypted files are named in `vaults` and not read. Mistakes go to the graph.
 */
export const readFolders = async (folder: string, graph: Graph): Promise<FolderVars & {vaults: string[]}> => {
  const vaults: string[] = [];
  const readAll = async (section: string, names: Iterable<string>): Promise<Map<string, Vars>> => {
    const base = join(folder, section);
    const there = new Set(await readdir(base).catch(() => []));
    const found = new Map<string, Vars>();
    if (there.size === 0) return found;
    for (const name of names) {
      const vars: Vars = new Map();
      const extension = extensions.find(ending => there.has(`${name}${ending}`));
      if (extension === undefined) continue;
      for (const file of await filesBelow(join(base, `${name}${extension}`), 0)) {
        await readVars(file, vars, graph, vaults);
      }
      if (vars.size > 0) found.set(name, vars);
    }
    return found;
  };
  return {
    groups: await readAll('group_vars', new Set(['all', 'ungrouped', ...graph.groups.keys()])),
    hosts: await readAll('host_vars', graph.hosts.keys()),
    vaults,
  };
};

/** The file itself, or those of a folder, sorted; neither hidden ones nor those of editors. */
const filesBelow = async (path: string, depth: number): Promise<string[]> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || depth > mostDepth) return [];
  if (!found.isDirectory()) return found.isFile() ? [path] : [];
  const files: string[] = [];
  for (const name of (await readdir(path)).sort()) {
    if (name.startsWith('.') || name.endsWith('~')) continue;
    const below = join(path, name);
    const isFolder = (await stat(below).catch(() => undefined))?.isDirectory() === true;
    const ending = extname(name);
    if (ending === '' || (!isFolder && extensions.includes(ending)))
      files.push(...(await filesBelow(below, depth + 1)));
  }
  return files;
};

const readVars = async (file: string, vars: Vars, graph: Graph, vaults: string[]): Promise<void> => {
  const text = await readText(file);
  if (text.startsWith('$ANSIBLE_VAULT')) {
    vaults.push(file);
    return;
  }
  const yaml = readPyYaml(graph, text, file);
  if (!yaml.whole || yaml.value === null || yaml.value === undefined) return;
  if (!isPlainMap(yaml.value)) {
    graph.mistakes.push({
      file,
      line: 1,
      column: 1,
      what: 'the file is not a map of variables',
      remedy: 'write each as "name: value"',
    });
    return;
  }
  for (const [key, value] of varsOf(yaml.value, [], placer(yaml, file))) vars.set(key, value);
};
