import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {inventoryRunForEach, signedOff} from './inventory-run.ts';

const here = inventoryRunForEach();
const {command, expectItsOwnHosts} = here;

test('a dynamic inventory, a program that says something else between stages or fails: the run goes on with the hosts and addresses it was begun with, and that is said', async () => {
  const program = join(here.place.folder, 'inventory.sh');
  const print = async (hosts: readonly string[], then = ''): Promise<void> => {
    const variables = (name: string): object => ({
      ansible_host: '127.0.0.1',
      ansible_port: here.fleet.hosts.get(name)?.server.port ?? 1,
      ansible_user: 'ops',
      ansible_become: true,
    });
    const hostvars = Object.fromEntries(hosts.map(name => [name, variables(name)]));
    const answer = JSON.stringify({_meta: {hostvars}, all: {hosts}});
    await writeFile(program, `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n${then}\n`);
    await chmod(program, 0o755);
  };
  const reach = ['--inventory', program, ...here.fleet.reach.slice(2)];
  await print(['api2', 'cache1']);
  await command(reach, 'scan');
  expect(await command(reach, 'plan', '--security')).not.toContain('inventory');
  await print(['api2', 'new9']);
  expect(await command(reach, ...signedOff)).toContain('is not what it was (no longer in it: cache1): run ');
  await print([], 'exit 1');
  expect(await command(reach, 'deploy', '--yes')).toMatch(
    /goes on with .*, though its inventory cannot be read now/,
  );
  await print(['api2', 'cache1']);
  expect(await command(reach, 'verify')).not.toContain('inventory');
  await expectItsOwnHosts();
}, 120_000);
