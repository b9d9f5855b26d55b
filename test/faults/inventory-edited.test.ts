import {readFile, writeFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {inventoryRunForEach, signedOff} from './inventory-run.ts';

const here = inventoryRunForEach();
const {command, expectItsOwnHosts} = here;

test('an inventory that is edited between stages: the run goes on with the hosts and addresses it was begun with, and each command says what is other now', async () => {
  const {reach, inventory} = here.fleet;
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
