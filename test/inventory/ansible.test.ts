import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {loadInventory} from '../../src/inventory/load.ts';
import type {Host} from '../../src/model/host.ts';
import {examples, mainFile} from './ansible-example.ts';
import {linesOf, makeFolder, type Folder} from './folder.ts';

let folder: Folder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

const hostsOf = async (name: string): Promise<Map<string, Host>> => {
  const {inventory} = await loadInventory(join(folder.path, name));
  return new Map(inventory.hosts.map(host => [host.name, host]));
};
const putExample = async (title: string): Promise<string> => {
  const files = examples[title] ?? {};
  for (const [name, text] of Object.entries(files)) await folder.put(name, text);
  return mainFile(files);
};

it('reads hosts, ranges, ports and users of an INI file; what a group says reaches its hosts', async () => {
  const hosts = await hostsOf(await putExample('INI with ranges, groups of groups and variables'));
  expect([...hosts.keys()]).toEqual([
    'mail.example.org',
    'web01.example.org',
    'web02.example.org',
    'web03.example.org',
    'web-a',
    'web-b',
    'web-c',
    'web10',
    'web13',
    'web16',
    'db1',
    'db2',
  ]);
  expect(hosts.get('mail.example.org')).toMatchObject({port: 2525, user: 'postmaster', groups: []});
  expect(hosts.get('web02.example.org')).toMatchObject({user: 'ops', become: 'sudo', groups: ['eu', 'web']});
  expect(hosts.get('db1')).toMatchObject({address: '10.0.0.21', port: 2222, user: 'admin', become: 'doas'});
});

it('reads YAML with the folders beside it, and fills in plain templates', async () => {
  const hosts = await hostsOf(await putExample('YAML with folders of variables'));
  expect(hosts.get('web1')).toMatchObject({
    address: 'web1.shop.example',
    user: 'www',
    groups: ['prod', 'web'],
  });
  expect(hosts.get('web3')).toMatchObject({address: '10.1.0.3', groups: ['alone', 'prod', 'web']});
  expect(hosts.get('db1')).toMatchObject({address: '10.1.0.9', user: 'postgres'});
});

it('names a file that has its hosts from a plugin, and reads the others of its folder', async () => {
  await folder.put('mixed/01-web', '[web]\nweb1\n');
  await folder.put(
    'mixed/aws_ec2.yml',
    'plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\nfilters: {tag:x: [y]}\n',
  );
  const {inventory, notices} = await loadInventory(join(folder.path, 'mixed'));
  expect(inventory.hosts.map(({name}) => name)).toEqual(['web1']);
  expect(notices.join()).toMatch(
    /aws_ec2\.yml is for the plugin amazon\.aws\.aws_ec2 of Ansible and was not read; .*`ansible-inventory -i .*\/mixed --list > hosts\.json`/,
  );
});

it('reads a folder of inventories as one, and does not run programs it finds there', async () => {
  await folder.put('prod/01-web', '[web]\nweb1\n');
  await folder.put('prod/02-db.yml', 'db: {hosts: {db1: {}, web1: {ansible_user: both}}}\n');
  await folder.put('prod/cloud.py', '#!/bin/sh\ntouch "$0.ran"\n', 0o755);
  await folder.put('prod/group_vars/web.yml', 'ansible_port: 2022\n');
  await folder.put('prod/patchdeck.overlay.yaml', 'groups: {web: {criticality: high}}\n');
  const {inventory, notices} = await loadInventory(join(folder.path, 'prod'));
  expect(inventory.fleet).toBe('prod');
  expect(inventory.hosts.map(host => [host.name, host.user, host.port, host.criticality])).toEqual([
    ['web1', 'both', 2022, 'high'],
    ['db1', undefined, undefined, undefined],
  ]);
  expect(notices.join()).toMatch(/cloud\.py is a program and was not run; name it itself/);
});

it('names every mistake of an INI file with its line and column', async () => {
  await folder.put(
    'hosts',
    '[web]\nweb[5:1]\nweb1 ansible_port=99999\nweb2 oops\n[bad section]\n[dbs:vars]\nx=1\n[eu:children]\nwbe\n[web]\nweb3 a="b\n',
  );
  expect(await linesOf(loadInventory(join(folder.path, 'hosts')), folder)).toEqual([
    'the inventory has 7 mistakes; nothing was done',
    'hosts:2:1: the range of "web[5:1]" is wrong: the range goes backwards; write it as web[01:20]',
    'hosts:3:6: port of host web1 is out of its range: 99999; at most 65535; or state it in patchdeck.overlay.yaml: hosts: {web1: {port: 22}}',
    'hosts:4:6: "oops" stands behind host web2; write variables as name=value',
    'hosts:5:1: "[bad section]" is no section; a section is [group], [group:vars] or [group:children]',
    'hosts:6:1: the group "dbs" has variables and is not defined; add a section [dbs]',
    'hosts:9:1: the group "wbe" has a parent and is not defined; did you mean "web"?',
    'hosts:11:1: a quotation mark (") is not closed; close the quotation mark',
  ]);
});

it('names mistakes of YAML and of the folders beside it, each with its file', async () => {
  await folder.put(
    'hosts.yml',
    'all:\n  children:\n    web:\n      host: {web1: }\n    db:\n      hosts: {db1: [1]}\n',
  );
  await folder.put('group_vars/web.yml', 'a: [1\n');
  expect(await linesOf(loadInventory(join(folder.path, 'hosts.yml')), folder)).toEqual([
    'the inventory has 3 mistakes; nothing was done',
    'hosts.yml:4:7: unknown key "host" in group web; a group has hosts, children and vars',
    'hosts.yml:6:15: host "db1" is not a map of variables; write it as "db1: {ansible_host: 10.0.0.11}"',
    expect.stringMatching(/^group_vars\/web\.yml:\d+:\d+: this is not YAML/),
  ]);
});

it('says what is encrypted, and that it is not needed', async () => {
  await folder.put(
    'hosts.yml',
    'all:\n  hosts:\n    web1:\n      api_key: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        6162\n',
  );
  await folder.put('group_vars/all/vault.yml', '$ANSIBLE_VAULT;1.1;AES256\n616263\n');
  const {inventory, notices} = await loadInventory(join(folder.path, 'hosts.yml'));
  expect(inventory.hosts.map(host => host.name)).toEqual(['web1']);
  expect(notices).toEqual([
    `${join(folder.path, 'group_vars/all/vault.yml')} is encrypted with Ansible Vault: it was not read, and is not needed`,
    '1 value is encrypted with Ansible Vault: not read, and not needed',
  ]);
});

it('asks for what is needed and encrypted, or a template of more than a name, until the overlay states it', async () => {
  await folder.put(
    'hosts.yml',
    "all:\n  hosts:\n    web1:\n      ansible_host: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n    web2:\n      ansible_user: \"{{ lookup('env', 'USER') }}\"\n",
  );
  expect(await linesOf(loadInventory(join(folder.path, 'hosts.yml')), folder)).toEqual([
    'the inventory has 2 mistakes; nothing was done',
    'hosts.yml:4:7: ansible_host of host web1 is encrypted with Ansible Vault; state it in patchdeck.overlay.yaml: hosts: {web1: {address: 10.0.0.11}}',
    expect.stringMatching(
      /^hosts\.yml:7:7: ansible_user of host web2 is a template that only Ansible can fill in: /,
    ),
  ]);
  await folder.put('patchdeck.overlay.yaml', 'hosts: {web1: {address: 10.0.0.1}, "web*": {user: ops}}\n');
  const hosts = await hostsOf('hosts.yml');
  expect(hosts.get('web1')).toMatchObject({address: '10.0.0.1', user: 'ops'});
  expect(hosts.get('web2')).toMatchObject({user: 'ops'});
});

it('takes up no host that is not reached by SSH, and says which and what else was not used', async () => {
  await folder.put(
    'hosts',
    'web1 ansible_ssh_private_key_file=~/.ssh/k ansible_password=secret\nwin1 ansible_connection=winrm\nlocalhost ansible_connection=local\nroot1 ansible_user=root\n',
  );
  const {inventory, notices, text} = await loadInventory(join(folder.path, 'hosts'));
  expect(inventory.hosts.map(host => [host.name, host.become])).toEqual([
    ['web1', 'sudo'],
    ['root1', 'none'],
  ]);
  expect(notices).toEqual([
    'not reached by SSH (ansible_connection "winrm") and not taken up: win1',
    'not reached by SSH (ansible_connection "local") and not taken up: localhost',
    'ansible_ssh_private_key_file of 1 host is not used: keys are taken from the agent and from ~/.ssh/config',
    'ansible_password of 1 host is not used: passwords are asked for, never read from an inventory',
  ]);
  // What a run keeps holds no password.
  expect(text).not.toContain('secret');
});

it('refuses two names for one machine until one is left out, and groups that contain themselves', async () => {
  await folder.put(
    'hosts',
    '[a]\nweb1 ansible_host=10.0.0.1\nold ansible_host=10.0.0.1 ansible_port=22\nother ansible_host=10.0.0.1 ansible_port=23\n',
  );
  expect(await linesOf(loadInventory(join(folder.path, 'hosts')), folder)).toEqual([
    'the inventory has one mistake; nothing was done',
    'hosts:3:1: hosts web1 and old have the same address, "10.0.0.1", and port 22; they would be patched as two: take one away, or write "hosts: {old: {ignore: true}}" into patchdeck.overlay.yaml',
  ]);
  await folder.put('patchdeck.overlay.yaml', 'hosts: {old: {ignore: true}}\n');
  expect([...(await hostsOf('hosts')).keys()]).toEqual(['web1', 'other']);
  await folder.put('circle.ini', '[a]\nweb1\n[a:children]\nb\n[b:children]\na\n');
  expect((await linesOf(loadInventory(join(folder.path, 'circle.ini')), folder)).join('\n')).toMatch(
    /among its own children/,
  );
});

it('runs a program that is named, without a shell, and says what it said when it fails', async () => {
  const good = await folder.put(
    'my cloud',
    `#!/bin/sh\n[ "$1" = --list ] || exit 9\necho '{"web": ["web1"], "_meta": {"hostvars": {"web1": {"ansible_host": "10.0.0.1"}}}}'\n`,
    0o755,
  );
  const {inventory} = await loadInventory(good);
  expect(inventory.hosts).toMatchObject([{name: 'web1', address: '10.0.0.1', groups: ['web']}]);
  const bad = await folder.put('bad', '#!/bin/sh\necho "no token" >&2\nexit 3\n', 0o755);
  await expect(loadInventory(bad)).rejects.toMatchObject({
    code: 'inventory.program',
    message: `the dynamic inventory ${bad} ended with 3: no token; nothing was done`,
  });
  const noJson = await folder.put('nojson', '#!/bin/sh\nprintf "{\\n  web: 1}"\n', 0o755);
  expect((await linesOf(loadInventory(noJson), folder))[1]).toMatch(/^nojson:2:3: this is not JSON/);
});

it('says when a dynamic inventory gives no variables of hosts', async () => {
  const path = await folder.put('list.json', '{"web": {"hosts": ["web1"]}}');
  expect((await loadInventory(path)).notices).toEqual([
    `${path} gives no _meta.hostvars: its hosts are reached by their names, whatever variables they have`,
  ]);
});
