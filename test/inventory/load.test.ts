import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {findInventory, loadInventory} from '../../src/inventory/load.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-inventory-'));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

const put = async (
  name: string,
  text: string | Uint8Array = 'fleet: a\nhosts: {web1: {}}\n',
): Promise<string> => {
  const path = join(folder, name);
  await mkdir(join(path, '..'), {recursive: true});
  await writeFile(path, text);
  return path;
};

it('takes the flag, then the environment, then the files of the folder, then the one of the home folder', async () => {
  const home = await put('config/patchdeck/inventory.yaml');
  const env = {XDG_CONFIG_HOME: join(folder, 'config'), HOME: folder};
  expect(await findInventory(undefined, env, folder)).toBe(home);
  const second = await put('inventory.yaml');
  expect(await findInventory(undefined, env, folder)).toBe(second);
  const first = await put('patchdeck.yaml');
  expect(await findInventory(undefined, env, folder)).toBe(first);
  const named = {...env, PATCHDECK_INVENTORY: 'sub/fleet.yaml'};
  expect(await findInventory(undefined, named, folder)).toBe(join(folder, 'sub/fleet.yaml'));
  expect(await findInventory('/elsewhere.yaml', named, folder)).toBe('/elsewhere.yaml');
});

it('says where it looked when there is no inventory, and how to make one', async () => {
  const failure = findInventory(undefined, {HOME: folder, XDG_CONFIG_HOME: 'relative'}, folder);
  await expect(failure).rejects.toMatchObject({
    kind: 'input',
    code: 'inventory.missing',
    message: `no inventory was found; looked for ${join(folder, 'patchdeck.yaml')}, ${join(folder, 'inventory.yaml')}, ${join(folder, '.config/patchdeck/inventory.yaml')}; nothing was done`,
    next: expect.stringContaining('hosts: {web1: {address: 10.0.0.11}}') as string,
  });
});

it('names a file that was asked for and is not there', async () => {
  await expect(loadInventory(join(folder, 'gone.yaml'))).rejects.toMatchObject({
    code: 'inventory.missing',
    message: expect.stringContaining(`${join(folder, 'gone.yaml')} is not there`) as string,
  });
});

it('gives the hosts and the text as it is', async () => {
  const text = 'fleet: a # mine\nhosts: {web1: {}}\n';
  const loaded = await loadInventory(await put('a.yaml', text));
  expect(loaded.text).toBe(text);
  expect(loaded.inventory.hosts.map(host => host.name)).toEqual(['web1']);
});

it('refuses an empty folder, bytes that are no text, and a file without end', async () => {
  await expect(loadInventory(folder)).rejects.toMatchObject({
    code: 'inventory.invalid',
    message: expect.stringContaining('it is a directory, and no file in it has hosts') as string,
  });
  const binary = await put('binary.yaml', Uint8Array.of(0xff, 0xfe, 0x00));
  await expect(loadInventory(binary)).rejects.toMatchObject({
    code: 'inventory.invalid',
    message: expect.stringContaining('not UTF-8 text') as string,
  });
  await expect(loadInventory('/dev/zero')).rejects.toMatchObject({
    code: 'inventory.invalid',
    message: expect.stringContaining('more than 16 MB') as string,
  });
});
