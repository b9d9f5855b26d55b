import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {z} from 'zod';
import {loadInventory} from '../../src/inventory/load.ts';
import {examples, mainFile} from '../inventory/ansible-example.ts';
import {makeFolder, type Folder} from '../inventory/folder.ts';

const run = promisify(execFile);

let folder: Folder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

const question =
  "{{ [ansible_host | default(inventory_hostname), ansible_port | default(22) | int, ansible_user | default(ansible_ssh_user) | default(''), group_names] | to_json }}";
const answerSchema = z.tuple([z.string(), z.int(), z.string(), z.array(z.string())]);

/** What Ansible itself makes of an inventory, by host. It connects to nothing for this. */
const askAnsible = async (inventory: string): Promise<Map<string, z.infer<typeof answerSchema>>> => {
  const args = [
    'all',
    '-i',
    inventory,
    '-o',
    '-e',
    'ansible_become=false',
    '-e',
    'ansible_become_method=sudo',
    '-m',
    'debug',
    '-a',
    `msg=${JSON.stringify(question)}`,
  ];
  const {stdout} = await run('ansible', args, {
    maxBuffer: 1 << 24,
    env: {
      ...process.env,
      ANSIBLE_NOCOLOR: '1',
      ANSIBLE_LOCALHOST_WARNING: '0',
      HOME: folder.path,
      LC_ALL: 'C.UTF-8',
    },
  });
  const found = new Map<string, z.infer<typeof answerSchema>>();
  for (const line of stdout.split('\n')) {
    const match = /^(\S+) \| SUCCESS => (\{.*\})$/.exec(line);
    if (match?.[1] === undefined) continue;
    const {msg} = z.object({msg: z.unknown()}).parse(JSON.parse(match[2] ?? ''));
    found.set(match[1], answerSchema.parse(typeof msg === 'string' ? JSON.parse(msg) : msg));
  }
  return found;
};

it.each(Object.entries(examples))('reads %s as Ansible does', async (_title, files) => {
  for (const [name, text] of Object.entries(files)) {
    // Ansible takes a dynamic inventory from a program alone.
    await folder.put(name, text);
  }
  const path = join(folder.path, mainFile(files));
  const asked = path.endsWith('cloud.json')
    ? await folder.put('cloud.sh', `#!/bin/sh\ncat ${path}\n`, 0o755)
    : path;
  const {inventory} = await loadInventory(path);
  const mine = inventory.hosts.map(host => [
    host.name,
    [host.address, host.port ?? 22, host.user ?? '', host.groups.toSorted()],
  ]);
  const theirs = [...(await askAnsible(asked))].map(([host, [address, port, user, groups]]) => [
    host,
    [address, port, user, groups.filter(group => group !== 'ungrouped').sort()],
  ]);
  expect(theirs.length).toBeGreaterThan(1);
  expect(Object.fromEntries(mine)).toEqual(Object.fromEntries(theirs));
});
