import {chmod, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {openRunOf, readRun} from '../../src/store/run-store.ts';
import {startFaultyFleet, type FaultyFleet} from '../commands/fleet.ts';
import {makePlace, type Place} from '../commands/program.ts';
import {outcomeOfRun} from './outcome.ts';

let place: Place;
let fleet: FaultyFleet;
beforeEach(async () => {
  place = await makePlace();
  fleet = await startFaultyFleet(place, ['api2', 'cache1'], {canaries: ['api2']});
});
afterEach(async () => {
  await fleet.close();
  await place.remove();
});

/** Runs a command that has to end well; gives what it said. */
const command = async (reach: readonly string[], ...words: string[]): Promise<string> => {
  const {exit, stderr} = await place.run(...words, ...reach);
  expect({words, exit, stderr: exit === 0 ? '' : stderr}).toMatchObject({exit: 0});
  return stderr;
};

const signedOff = ['test', '--yes', '--sign-off', 'tester', '--reason', 'good'] as const;

/** The run ended well on the hosts that it was begun with, at their addresses. */
const expectItsOwnHosts = async (): Promise<void> => {
  const id = (await openRunOf(place.stateDir)) ?? '';
  const {state} = await readRun(place.stateDir, id);
  expect(outcomeOfRun(state).hosts).toMatchObject(
    ['api2', 'cache1'].map(name => ({name, phase: 'done', troubles: [], verified: true})),
  );
  for (const {host} of state.hosts.values()) {
    expect([host.address, host.port]).toEqual(['127.0.0.1', fleet.get(host.name).server.port]);
  }
};

test('an inventory that is edited between stages: the run goes on with the hosts and addresses it was begun with, and each command says what is other now', async () => {
  const {reach, inventory} = fleet;
  await command(reach, 'scan');
  expect(await command(reach, 'plan', '--security')).not.toContain('inventory');
  const text = await readFile(inventory, 'utf8');
  const edited = text
    .replace(/^ {2}api2: .*$/m, '  api2: {address: 127.0.0.1, port: 1}')
    .replace(/^ {2}cache1: .*$/m, '  new9: {address: 127.0.0.1, port: 2}');
  await writeFile(inventory, edited);
  const said = await command(reach, ...signedOff);
  expect(said).toContain(
    `! the inventory ${inventory} is not what it was (no longer in it: cache1; at another address: api2): run `,
  );
  expect(said).toContain('`patchdeck scan --new` takes the new one');
  await writeFile(inventory, 'hosts: [no inventory');
  expect(await command(reach, 'deploy', '--yes')).toMatch(
    /goes on with .*, though its inventory cannot be read now/,
  );
  await writeFile(inventory, text);
  expect(await command(reach, 'verify')).not.toContain('inventory');
  await expectItsOwnHosts();
}, 120_000);

test('a dynamic inventory, a program that says something else between stages or fails: the run goes on with the hosts and addresses it was begun with, and that is said', async () => {
  const program = join(place.folder, 'inventory.sh');
  const print = async (hosts: readonly string[], then = ''): Promise<void> => {
    const variables = (name: string): object => ({
      ansible_host: '127.0.0.1',
      ansible_port: fleet.hosts.get(name)?.server.port ?? 1,
      ansible_user: 'ops',
      ansible_become: true,
    });
    const hostvars = Object.fromEntries(hosts.map(name => [name, variables(name)]));
    const answer = JSON.stringify({_meta: {hostvars}, all: {hosts}});
    await writeFile(program, `#!/bin/sh\ncat <<'END'\n${answer}\nEND\n${then}\n`);
    await chmod(program, 0o755);
  };
  const reach = ['--inventory', program, ...fleet.reach.slice(2)];
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
