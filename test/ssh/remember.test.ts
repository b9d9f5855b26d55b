import {readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {parseKnownHosts, verdict} from '../../src/ssh/known-hosts.ts';
import {rememberHostKey} from '../../src/ssh/remember.ts';
import {newKey, parse} from './test-server.ts';
import {makeWorld, type World} from './world.ts';

const key = parse(newKey().private).getPublicSSH();
let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.remove());

const knows = async (file: string, name: string, port: number): Promise<string> =>
  verdict(parseKnownHosts(await readFile(file, 'utf8'), file).entries, {name, port, key}).is;

it('makes file and folder for the owner alone', async () => {
  const file = join(world.folder, 'new', 'known_hosts');
  await rememberHostKey(file, {name: 'Web1', port: 2222, key}, false);
  expect([(await stat(file)).mode & 0o777, (await stat(join(world.folder, 'new'))).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
  expect(await readFile(file, 'utf8')).toMatch(/^\[web1\]:2222 ssh-ed25519 [A-Za-z0-9+/=]+\n$/);
});

it('hides the name when names are hashed', async () => {
  const file = join(world.folder, 'known_hosts');
  await rememberHostKey(file, {name: 'web1', port: 22, key}, true);
  expect(await readFile(file, 'utf8')).toMatch(/^\|1\|[^ ]+ ssh-ed25519 /);
  expect([await knows(file, 'web1', 22), await knows(file, 'web2', 22)]).toEqual(['known', 'unknown']);
});

it('leaves what is there alone, also a last line without an end', async () => {
  const file = join(world.folder, 'known_hosts');
  await writeFile(file, '# mine\n# unfinished');
  await rememberHostKey(file, {name: 'web1', port: 22, key}, false);
  expect(await readFile(file, 'utf8')).toMatch(/^# mine\n# unfinished\nweb1 ssh-ed25519 /);
});

it('writes through a link, which people use for shared files', async () => {
  const [file, link] = [join(world.folder, 'real'), join(world.folder, 'link')];
  await writeFile(file, '');
  await symlink(file, link);
  await rememberHostKey(link, {name: 'web1', port: 22, key}, false);
  expect(await knows(file, 'web1', 22)).toBe('known');
});

it('keeps every line when many are remembered at once', async () => {
  const file = join(world.folder, 'known_hosts');
  const names = Array.from({length: 30}, (_, index) => `web${index}`);
  await Promise.all(names.map(name => rememberHostKey(file, {name, port: 22, key}, false)));
  expect(new Set(await Promise.all(names.map(name => knows(file, name, 22))))).toEqual(new Set(['known']));
});
