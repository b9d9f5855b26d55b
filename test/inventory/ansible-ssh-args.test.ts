import {afterEach, beforeEach, expect, it} from 'vitest';
import {readSshArgs} from '../../src/inventory/ansible-ssh-args.ts';
import {loadInventory} from '../../src/inventory/load.ts';
import {linesOf, makeFolder, type Folder} from './folder.ts';

let folder: Folder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

it.each([
  ['-o ProxyJump=bastion', 'bastion', false],
  ['-oProxyJump=ops@10.0.0.1:2222,inner', 'ops@10.0.0.1:2222,inner', false],
  ['-o "ProxyJump ops@bastion"', 'ops@bastion', false],
  ['-J bastion -o StrictHostKeyChecking=no', 'bastion', true],
  ['-o ProxyCommand="ssh -W %h:%p -q ops@bastion"', 'ops@bastion', false],
  ['-o ProxyCommand="ssh -p 2222 -W %h:%p -q ops@2001:db8::1"', 'ops@[2001:db8::1]:2222', false],
  ["-o 'ProxyCommand=ssh -l ops bastion nc %h %p'", 'ops@bastion', false],
  ['-o ProxyCommand="ssh -i ~/.ssh/jump.pem -W %h:%p ops@bastion"', 'ops@bastion', true],
  ['-o ProxyCommand="nc -X connect -x proxy:3128 %h %p"', undefined, true],
  ['-o ProxyJump=none', undefined, false],
  ['-o ControlMaster=auto -o ControlPersist=60s', undefined, true],
  ['-o "open', undefined, true],
])('reads the way there from %s', (args, jump, others) => {
  expect(readSshArgs(args)).toEqual(jump === undefined ? {others} : {jump, others});
});

it("takes jump hosts from a host's and a group's arguments for ssh; one address behind two of them is two hosts", async () => {
  const path = await folder.put(
    'hosts',
    `bastion ansible_host=192.0.2.1
[a]
a1 ansible_host=10.0.0.1
[b]
b1 ansible_host=10.0.0.1 ansible_ssh_common_args='-o ProxyCommand="ssh -W %h:%p -q ops@gate.b"'
[all:vars]
gate=192.0.2.1
ansible_ssh_common_args="-o ProxyCommand=\\"ssh -W %h:%p {{ gate }}\\""
`,
  );
  const {inventory, notices} = await loadInventory(path);
  expect(inventory.hosts.map(({name, jump}) => [name, jump])).toEqual([
    ['bastion', undefined],
    ['a1', '192.0.2.1'],
    ['b1', 'ops@gate.b'],
  ]);
  expect(notices).toEqual([]);
});

it('names a jump host that is none, and says which options of ssh were not taken', async () => {
  const path = await folder.put(
    'hosts',
    `a1 ansible_ssh_common_args="-J '-oProxyCommand=touch'"\na2 ansible_ssh_extra_args=-4 ansible_ssh_common_args="-J gate"\n`,
  );
  expect(await linesOf(loadInventory(path), folder)).toEqual([
    'the inventory has one mistake; nothing was done',
    'hosts:1:4: jump of host a1 cannot be "-oProxyCommand=touch"; a jump host is [user@]host[:port]; several have a comma between; or state it in patchdeck.overlay.yaml: hosts: {a1: {jump: bastion.example.org}}',
  ]);
  await folder.put('patchdeck.overlay.yaml', 'hosts: {a1: {jump: gate}}\n');
  const {inventory, notices} = await loadInventory(path);
  expect(inventory.hosts.map(({jump}) => jump)).toEqual(['gate', 'gate']);
  expect(notices).toEqual([
    'ansible_ssh_extra_args of 1 host is not used: of these only jump hosts are taken, all other options are those of ~/.ssh/config',
  ]);
});
