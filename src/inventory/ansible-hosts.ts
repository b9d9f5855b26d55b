import {groupsByHost, vaulted, type Graph, type Vars} from './ansible-graph.ts';
import {readSshArgs, type SshArgs} from './ansible-ssh-args.ts';
import type {Foreign, ForeignHost} from './foreign.ts';
import type {Setting} from './lacks.ts';
import {shown, type FilePlace} from './mistake.ts';

/** Variables of the folders beside an inventory: by group and by host. */
export type FolderVars = {groups: Map<string, Vars>; hosts: Map<string, Vars>};

/** Old names still hold where the new one is not stated. */
const names = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  become: ['ansible_become', 'ansible_sudo'],
  becomeMethod: ['ansible_become_method'],
  connection: ['ansible_connection'],
} as const;

/** In the order in which ssh gets them. */
const argsOfSsh = ['ansible_ssh_args', 'ansible_ssh_common_args', 'ansible_ssh_extra_args'] as const;
const optionsOfSsh = 'of these only jump hosts are taken, all other options are those of ~/.ssh/config';
/** Variables that say how to log in in ways of their own. */
const notUsed = new Map([
  ['ansible_ssh_private_key_file', 'keys are taken from the agent and from ~/.ssh/config'],
  ['ansible_private_key_file', 'keys are taken from the agent and from ~/.ssh/config'],
  ['ansible_ssh_args', optionsOfSsh],
  ['ansible_ssh_common_args', optionsOfSsh],
  ['ansible_ssh_extra_args', optionsOfSsh],
  ['ansible_password', 'passwords are asked for, never read from an inventory'],
  ['ansible_ssh_pass', 'passwords are asked for, never read from an inventory'],
  ['ansible_become_password', 'passwords are asked for, never read from an inventory'],
  ['ansible_become_pass', 'passwords are asked for, never read from an inventory'],
]);

/** The hosts of a graph with what their variables say of reaching them, in Ansible's order of precedence. */
export const hostsOfGraph = (graph: Graph, folders: FolderVars, name: string): Foreign => {
  const groups = groupsByHost(graph);
  const hosts: ForeignHost[] = [];
  const elsewhere = new Map<string, string[]>();
  const unused = new Map<string, number>();
  for (const [host, {vars, at}] of graph.hosts) {
    const mine = groups.get(host) ?? [];
    const layers = layersOf(host, mine, vars, graph, folders);
    const look = lookup(host, layers);
    const connection = look(names.connection);
    if (connection !== undefined && !isSsh(connection.value)) {
      const kind = String(connection.value);
      elsewhere.set(kind, [...(elsewhere.get(kind) ?? []), host]);
      continue;
    }
    for (const key of notUsed.keys()) {
      const isThere =
        notUsed.get(key) === optionsOfSsh ? sshArgs(look, key)?.others === true : look([key]) !== undefined;
      if (isThere) unused.set(key, (unused.get(key) ?? 0) + 1);
    }
    hosts.push({name: host, at, groups: mine.filter(isListed), ...settingsOf(host, look)});
  }
  return {
    name,
    groups: [...graph.groups.keys()].filter(isListed),
    hosts,
    mistakes: graph.mistakes,
    notices: [
      ...graph.notices,
      ...[...elsewhere].map(
        ([kind, left]) =>
          `not reached by SSH (ansible_connection ${shown(kind)}) and not taken up: ${listed(left)}`,
      ),
      ...[...unused].map(
        ([key, count]) =>
          `${key} of ${count} ${count === 1 ? 'host' : 'hosts'} is not used: ${notUsed.get(key) ?? ''}`,
      ),
    ],
  };
};

const isListed = (group: string): boolean => group !== 'all' && group !== 'ungrouped';

const isSsh = (connection: unknown): boolean =>
  [
    'ssh',
    'smart',
    'paramiko',
    'paramiko_ssh',
    'ansible.builtin.ssh',
    'ansible.builtin.paramiko_ssh',
  ].includes(String(connection));

const listed = (all: readonly string[]): string =>
  all.length <= 5 ? all.join(', ') : `${all.slice(0, 5).join(', ')} and ${all.length - 5} more`;

/** Strongest first: host_vars, the host's own, group_vars from special to general, the groups' own likewise. */
const layersOf = (
  host: string,
  groups: readonly string[],
  own: Vars,
  graph: Graph,
  folders: FolderVars,
): Vars[] => {
  const special = groups.toReversed();
  const layers = [
    folders.hosts.get(host),
    own,
    ...special.map(group => folders.groups.get(group)),
    ...special.map(group => graph.groups.get(group)?.vars),
  ];
  return layers.flatMap(layer => (layer === undefined || layer.size === 0 ? [] : [layer]));
};

type Found = {value: unknown; at: FilePlace; name: string; unreadable?: string};
type Lookup = (wanted: readonly string[]) => Found | undefined;

const lookup = (host: string, layers: readonly Vars[]): Lookup => {
  const raw = (wanted: string): {value: unknown; at: FilePlace} | undefined =>
    layers.find(layer => layer.has(wanted))?.get(wanted);
  /** Follows plain `{{ name }}`; undefined for anything that needs Ansible itself. */
  const rendered = (text: string, depth: number): string | undefined => {
    const lost: string[] = [];
    const result = text.replace(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (_all, wanted: string) => {
      if (wanted === 'inventory_hostname') return host;
      if (wanted === 'inventory_hostname_short') return host.split('.')[0] ?? host;
      const value = raw(wanted)?.value;
      const next = typeof value === 'string' && depth < 10 ? rendered(value, depth + 1) : value;
      if (typeof next === 'string' || typeof next === 'number') return String(next);
      lost.push(wanted);
      return '';
    });
    return lost.length === 0 && !/\{\{|\{%/.test(result) ? result : undefined;
  };
  return wanted => {
    for (const name of wanted) {
      const found = raw(name);
      if (found === undefined || found.value === null) continue;
      const {value, at} = found;
      if (value === vaulted) return {value, at, name, unreadable: 'is encrypted with Ansible Vault'};
      if (typeof value !== 'string' || !/\{\{|\{%/.test(value)) return {value, at, name};
      const text = rendered(value, 0);
      if (text !== undefined) return {value: text, at, name};
      return {value, at, name, unreadable: `is a template that only Ansible can fill in: ${shown(value)}`};
    }
    return undefined;
  };
};

const settingsOf = (host: string, look: Lookup): Pick<ForeignHost, 'settings' | 'unreadable'> => {
  const settings: ForeignHost['settings'] = new Map();
  const unreadable: ForeignHost['unreadable'] = [];
  const cannot = (setting: Setting, {name, at}: Found, why: string): void =>
    void unreadable.push({setting, at, variable: name, why});
  const take = (setting: Setting, wanted: readonly string[], convert: (value: unknown) => unknown): void => {
    const found = look(wanted);
    if (found?.unreadable !== undefined) cannot(setting, found, found.unreadable);
    else if (found !== undefined) settings.set(setting, {value: convert(found.value), at: found.at});
  };
  take('address', names.address, value => value);
  take('port', names.port, value =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
  );
  take('user', names.user, value => value);
  for (const key of argsOfSsh) {
    const jump = sshArgs(look, key)?.jump;
    const at = look([key])?.at;
    if (jump === undefined || at === undefined || settings.has('jump')) continue;
    // Where all hosts go through a jump host, it is often one of them.
    if (![host, settings.get('address')?.value].includes(lastHop(jump)))
      settings.set('jump', {value: jump, at});
  }
  const become = look(names.become);
  const method = look(names.becomeMethod);
  const unread = [become, method].find(found => found?.unreadable !== undefined);
  if (unread?.unreadable !== undefined) cannot('become', unread, unread.unreadable);
  else if (become !== undefined && !isTrue(become.value)) {
    settings.set('become', {value: 'none', at: become.at});
  } else if (method !== undefined) {
    const value = String(method.value).replace(/^ansible\.builtin\.|^community\.general\./, '');
    if (value === 'sudo' || value === 'doas') settings.set('become', {value, at: method.at});
    else cannot('become', method, `is ${shown(value)}, and patchdeck knows sudo and doas`);
  } else if (become === undefined && settings.get('user')?.value === 'root') {
    settings.set('become', {value: 'none', at: settings.get('user')?.at ?? {file: ''}});
  }
  return {settings, unreadable};
};

/** The host a jump ends at, without user and port. */
const lastHop = (jump: string): string | undefined => /(?:^|[,@])\[?([^,@\]]+?)\]?(?::\d+)?$/.exec(jump)?.[1];

/** What a variable has for ssh; undefined where it is not stated. */
const sshArgs = (look: Lookup, key: string): SshArgs | undefined => {
  const found = look([key]);
  if (found === undefined) return undefined;
  return found.unreadable === undefined && typeof found.value === 'string'
    ? readSshArgs(found.value)
    : {others: true};
};

/** Ansible's own words for yes. */
const isTrue = (value: unknown): boolean =>
  value === true || value === 1 || ['yes', 'on', '1', 'true', 't', 'y'].includes(String(value).toLowerCase());
