import {readdir, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {readAnsibleCfg} from './ansible-cfg.ts';
import {createGraph, vaulted, type Graph} from './ansible-graph.ts';
import {readFolders} from './ansible-folders.ts';
import {hostsOfGraph} from './ansible-hosts.ts';
import {readIni} from './ansible-ini.ts';
import {isDynamicForm, readAnsibleJson} from './ansible-json.ts';
import {readAnsibleYaml} from './ansible-yaml.ts';
import {byAnsible, pluginOf} from './ansible-plugin.ts';
import type {Foreign} from './foreign.ts';
import {isProgram} from './format.ts';
import {shown} from './mistake.ts';
import {overlayName} from './overlay.ts';
import {readText} from './read-text.ts';

/** Of ansible.cfg's INVENTORY_IGNORE_EXTS (2.14), and what Ansible never takes for a part of an inventory. */
const ignored = /(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.ini|\.cfg|\.retry)$/;

/** Reads one Ansible inventory: a file with the folders beside it, or a folder of several. `text` is there for what a program printed. */
export const readAnsible = async (
  path: string,
  form: 'ansible-ini' | 'ansible-yaml' | 'ansible-json' | 'folder',
  text?: string,
): Promise<Foreign> => {
  const graph = createGraph();
  if (form === 'folder') await readFolder(graph, path);
  else readOne(graph, form, text ?? (await readText(path)), path);
  const folder = form === 'folder' ? path : dirname(path);
  const {vaults, ...folders} = await readFolders(folder, graph);
  if (form === 'folder' && graph.hosts.size === 0 && graph.mistakes.length === 0) {
    const what = 'it is a directory, and no file in it has hosts as Ansible writes them';
    graph.mistakes.push({what, remedy: 'name the file with the hosts'});
  }
  const foreign = hostsOfGraph(graph, folders, nameOf(path, form));
  const notices = [...foreign.notices, ...(await userNotices(foreign, folder))];
  return {...foreign, notices: [...notices, ...vaultNotices(graph, folders, vaults)]};
};

const readOne = (graph: Graph, form: string, text: string, file: string): void => {
  if (form === 'ansible-json' && isDynamicForm(text)) readAnsibleJson(graph, text, file);
  else if (form === 'ansible-ini') readIni(graph, text, file);
  else readAnsibleYaml(graph, text, file);
};

/** The files of a folder, in their order: what one says of a host adds to what those before it said. */
const readFolder = async (graph: Graph, folder: string): Promise<void> => {
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith('.') || ignored.test(name) || name === overlayName) continue;
    const path = join(folder, name);
    if ((await stat(path).catch(() => undefined))?.isFile() !== true) continue;
    if (await isProgram(path)) {
      graph.notices.push(
        `${path} is a program and was not run; name it itself to use it: --inventory ${path}`,
      );
      continue;
    }
    const text = await readText(path);
    const form =
      /\.json$/.test(name) || text.trimStart().startsWith('{')
        ? 'ansible-json'
        : /\.ya?ml$/.test(name)
          ? 'ansible-yaml'
          : 'ansible-ini';
    const plugin = form === 'ansible-yaml' ? pluginOf(text) : undefined;
    if (plugin === undefined) readOne(graph, form, text, path);
    else
      graph.notices.push(
        `${path} is for the plugin ${plugin} of Ansible and was not read; ${byAnsible(folder)}`,
      );
  }
};

/** Who logs in may stand in the ansible.cfg beside an inventory, or above its folder: no part of it, and missed without a word. */
const userNotices = async ({hosts}: Foreign, folder: string): Promise<string[]> => {
  const lacking = hosts.filter(({settings}) => !settings.has('user')).length;
  if (lacking === 0) return [];
  for (const place of [folder, dirname(folder), dirname(dirname(folder))]) {
    const cfg = await readAnsibleCfg(place);
    if (cfg === undefined) continue;
    return cfg.remoteUser === undefined
      ? []
      : [
          `${cfg.file} has remote_user ${shown(cfg.remoteUser)} for ${lacking} of the hosts, and is not read: state it in the overlay, as "defaults: {user: ${cfg.remoteUser}}"`,
        ];
  }
  return [];
};

/** `inventories/production/hosts` is production. */
const nameOf = (path: string, form: string): string => {
  const name = basename(path);
  const plain = name.replace(/\.\w+$/, '');
  const isPlainName = /^(?:hosts|inventory|inventories)$/i.test(plain);
  return form !== 'folder' && isPlainName ? basename(dirname(path)) || plain : plain;
};

const vaultNotices = (
  graph: Graph,
  folders: {
    groups: Map<string, Map<string, {value: unknown}>>;
    hosts: Map<string, Map<string, {value: unknown}>>;
  },
  files: readonly string[],
): string[] => {
  const maps = [
    ...[...graph.groups.values(), ...graph.hosts.values()].map(({vars}) => vars),
    ...folders.groups.values(),
    ...folders.hosts.values(),
  ];
  const values = maps.reduce(
    (sum, vars) => sum + [...vars.values()].filter(({value}) => value === vaulted).length,
    0,
  );
  return [
    ...files.map(file => `${file} is encrypted with Ansible Vault: it was not read, and is not needed`),
    ...(values > 0
      ? [
          `${values} ${values === 1 ? 'value is' : 'values are'} encrypted with Ansible Vault: not read, and not needed`,
        ]
      : []),
  ];
};
