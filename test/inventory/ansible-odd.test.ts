import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {loadInventory} from '../../src/inventory/load.ts';
import {examples} from './ansible-example.ts';
import {linesOf, makeFolder, type Folder} from './folder.ts';

let folder: Folder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

const load = async (files: Readonly<Record<string, string>>, name: string) => {
  for (const [file, text] of Object.entries(files)) await folder.put(file, text);
  return loadInventory(join(folder.path, name));
};

it('reads of a group what Ansible reads: its folder and not the file beside it, and of a key that is there twice the last', async () => {
  const files = examples['what people write that is odd, and Ansible takes'] ?? {};
  const {inventory, notices} = await load(files, 'hosts.yml');
  expect(inventory.hosts.map(({name, address, port, user}) => [name, address, port, user])).toEqual([
    ['db1', '10.3.0.2', 2299, 'second'],
    ['db02', 'db02', 2222, 'second'],
    ['db04', 'db04', 2222, 'second'],
    ['db5', 'db5', 2222, 'dba'],
    ['jenkins', '10.3.0.9', undefined, undefined],
  ]);
  expect(notices).toEqual([
    `${folder.path}/hosts.yml:5:7: "ansible_host" is there twice in one map; the last one holds`,
  ]);
});

it('reads a number with a comment behind it as Python does', async () => {
  const {inventory} = await load(examples['INI with what stands behind a value'] ?? {}, 'hosts');
  expect(inventory.hosts.map(({name, address, port, user}) => [name, address, port, user])).toEqual([
    ['web1', '10.4.0.1', 2223, 'ops'],
    ['web2', '10.4.0.2', 2223, 'ops'],
    ['web3', 'web3', 2200, undefined],
  ]);
});

it('takes from a dynamic inventory the hosts that Ansible takes, and says whom it only has variables of', async () => {
  const {inventory, notices} = await load(examples['what a dynamic inventory printed'] ?? {}, 'cloud.json');
  expect(inventory.hosts.map(({name}) => name)).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
  expect(notices).toEqual([
    `${folder.path}/cloud.json gives variables of hosts that are in none of its groups, and are none to Ansible: gone`,
  ]);
});

it('gives a host that is named by an IPv6 address a name of its own, and says it', async () => {
  const {inventory, notices} = await load({hosts: '[2001:db8::5]:2201\n2001:db8::6\n'}, 'hosts');
  expect(inventory.hosts.map(({name, address, port}) => [name, address, port])).toEqual([
    ['ip6-2001-db8--5', '2001:db8::5', 2201],
    ['ip6-2001-db8--6', '2001:db8::6', undefined],
  ]);
  expect(notices[0]).toBe('2001:db8::5 is called ip6-2001-db8--5 here: a name has no ":"');
});

it('asks once for what many hosts lack for one reason, and takes the word of the overlay for all of them', async () => {
  const files = {
    hosts: 'web[1:40]\n[db]\ndb1\n[all:vars]\nansible_user={{ lookup("env", "USER") }}\n',
  };
  expect(await linesOf(load(files, 'hosts'), folder)).toEqual([
    'the inventory has one mistake; nothing was done',
    'hosts:5:1: ansible_user of 41 hosts (web1, web2, web3 and others) is a template that only Ansible can fill in: "{{ lookup("env", "USER") }}"; state it in patchdeck.overlay.yaml: defaults: {user: ops}',
  ]);
  const {inventory} = await load(
    {'patchdeck.overlay.yaml': 'defaults: {user: ops}\ngroups: {db: {user: dba}}\n'},
    'hosts',
  );
  expect(inventory.hosts.map(({user}) => user)).toEqual([...Array<string>(40).fill('ops'), 'dba']);
});

it('says why an inventory has no hosts when all of them were left out', async () => {
  expect((await linesOf(load({hosts: 'localhost ansible_connection=local\n'}, 'hosts'), folder))[1]).toBe(
    'hosts: the inventory has no hosts that patchdeck could reach: not reached by SSH (ansible_connection "local") and not taken up: localhost; name one that has',
  );
});

it('names what only Ansible can read, and the command that makes it readable', async () => {
  const plugin = await linesOf(load({'aws_ec2.yml': 'plugin: amazon.aws.aws_ec2\n'}, 'aws_ec2.yml'), folder);
  expect(plugin[1]).toBe(
    'aws_ec2.yml: it has its hosts from the plugin amazon.aws.aws_ec2 of Ansible and names none itself; let Ansible say its hosts: `ansible-inventory -i aws_ec2.yml --list > hosts.json`, then --inventory hosts.json',
  );
  const toml = await linesOf(load({'my hosts.toml': '[all.hosts.web1]\n'}, 'my hosts.toml'), folder);
  expect(toml[1]).toMatch(
    /^my hosts\.toml: inventories in TOML are not read; .* -i '.*my hosts\.toml' --list/,
  );
});

it('says that a file is a program that may not be executed, or encrypted as a whole', async () => {
  const program = {'inv.py': '#!/usr/bin/env python3\nimport json\nprint(json.dumps({}))\n'};
  expect(await linesOf(load(program, 'inv.py'), folder)).toEqual([
    'the inventory has one mistake; nothing was done',
    'inv.py: it is a program, and may not be executed; allow it (chmod +x) to have it run with --list, or name what it printed',
  ]);
  const secret = await linesOf(load({hosts: '$ANSIBLE_VAULT;1.1;AES256\n616263\n'}, 'hosts'), folder);
  expect(secret[1]).toBe(
    'hosts: it is encrypted with Ansible Vault; let Ansible say its hosts: `ansible-inventory -i hosts --list > hosts.json`, then --inventory hosts.json',
  );
});

it('says of a name with a user in it, and of a bracket that is open, what to write', async () => {
  expect(await linesOf(load({hosts: 'root@web1\nweb[1:3\n'}, 'hosts'), folder)).toEqual([
    'the inventory has 2 mistakes; nothing was done',
    'hosts:1:1: "root@web1" cannot be the name of a host; write the user apart: web1 ansible_user=root',
    'hosts:2:1: the range of "web[1:3" is wrong: its bracket is not closed; write it as web[01:20]',
  ]);
});

it('says that ansible.cfg above an inventory names who logs in, where the inventory does not', async () => {
  const files = {
    'ansible.cfg':
      '[defaults]\nremote_user = deploy ; as in the role\n[privilege_escalation]\nremote_user = other\n',
    'inventories/eu/hosts': 'web1\nweb2 ansible_user=ops\n',
  };
  expect((await load(files, 'inventories/eu/hosts')).notices).toEqual([
    `${folder.path}/ansible.cfg has remote_user "deploy" for 1 of the hosts, and is not read: state it in the overlay, as "defaults: {user: deploy}"`,
  ]);
  await folder.put('inventories/eu/hosts', '[all]\nweb1\n[all:vars]\nansible_user=ops\n');
  expect((await loadInventory(join(folder.path, 'inventories/eu/hosts'))).notices).toEqual([]);
});
