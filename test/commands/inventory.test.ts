import {chmod, mkdir, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {jsonLines, makePlace, resultOf, type Place} from './program.ts';

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.remove());

const put = async (name: string, text: string): Promise<string> => {
  const path = join(place.folder, name);
  await mkdir(dirname(path), {recursive: true});
  await writeFile(path, text);
  return path;
};

it('lists, checks and imports an inventory of Ansible as it is', async () => {
  const path = await put('hosts', '[web]\nweb[1:2] ansible_user=ops\nwin ansible_connection=winrm\n');
  const listed = await place.run('inventory', 'list', 'web', '--inventory', path);
  expect(listed.exit).toBe(0);
  expect(listed.stdout).toMatch(/HOST +ADDRESS.*\nweb1 +web1 +web/);
  expect(listed.stderr).toContain('! not reached by SSH (ansible_connection "winrm") and not taken up: win');
  const checked = await place.run('inventory', 'check', '--inventory', path, '--json');
  expect(resultOf(checked).summary).toContain('2 hosts, no mistakes');
  expect(jsonLines(checked).at(-1)).toMatchObject({exit: 0, format: 'ansible-ini'});
  const out = join(place.folder, 'patchdeck.yaml');
  const imported = await place.run('inventory', 'import', path, '--output', out);
  expect(imported.stderr).toContain(`2 hosts of ansible-ini written to ${out}`);
  expect(await readFile(out, 'utf8')).toContain('web1:');
  expect((await place.run('inventory', 'list')).stdout).toContain('web2');
  const again = await place.run('inventory', 'import', path, '--output', out);
  expect(again.exit).toBe(2);
  expect(again.stderr).toContain('nothing was imported');
});

it('names every mistake of inventory and overlay, and does nothing', async () => {
  const path = await put('fleet.csv', 'name,port\nweb1,0\n');
  const overlay = await put('over.yaml', 'hosts: {web1: {wave: first}}\n');
  const ended = await place.run('inventory', 'check', '--inventory', path, '--overlay', overlay);
  expect(ended.exit).toBe(2);
  expect(ended.stderr).toMatch(/fleet\.csv:2:6: port of host web1/);
  expect(ended.stderr).toMatch(/over\.yaml:1:22: wave of host web1/);
});

it('offers the inventories that are there at a first start', async () => {
  await put('hosts', 'web1\n');
  await put('.ssh/config', 'Host web1\n  User ops\n');
  await chmod(join(place.folder, '.ssh'), 0o700);
  const ended = await place.run('scan');
  expect(ended.exit).toBe(2);
  expect(ended.stderr).toContain('`patchdeck --inventory hosts`');
  expect(ended.stderr).toContain('`patchdeck --inventory .ssh/config`');
});

it('doctor goes to hosts as the overlay has them', async () => {
  await put('inventory.yaml', 'fleet: shop\nhosts: {web1: {address: 192.0.2.1}, here: {}}\n');
  const overlay = await put('over.yaml', 'hosts: {here: {transport: local}, web1: {ignore: true}}\n');
  const gone = await place.run('doctor', 'web1', '--overlay', overlay);
  expect(gone.exit).toBe(2);
  const here = await place.run('doctor', 'here', '--overlay', overlay);
  expect(here.stdout).toContain('ok here: name: this machine itself');
});

it('describes hosts of an inventory that is only read, in the overlay beside it', async () => {
  const path = await put('hosts', '[web]\nweb[1:2]\n');
  const overlay = await put(
    'patchdeck.overlay.yaml',
    '# ours\nhosts:\n  web1: # the old one\n  "web*": {criticality: low}\n',
  );
  const set = (...args: string[]) => place.run('inventory', 'set', ...args, '--inventory', path);
  const done = await set('web1', '--criticality', 'high', '--owner', 'shop team', '--tag', 'eu', '--json');
  expect(done.exit).toBe(0);
  expect(jsonLines(done).at(-1)).toMatchObject({
    hosts: [{name: 'web1', criticality: 'high', owner: 'shop team', tags: ['eu']}],
  });
  const text = await readFile(overlay, 'utf8');
  expect(text).toContain('# ours');
  expect(text).toContain('# the old one');
  const listed = (await place.run('inventory', 'list', '--inventory', path)).stdout;
  expect(listed).toMatch(/web1 .* high +\? +shop team +eu/);
  expect(listed).toMatch(/web2 .* low +\? +\?/);

  expect((await set('web1', '--unset', 'criticality')).stdout).toMatch(/web1 .* low/);
  expect(await readFile(path, 'utf8')).toBe('[web]\nweb[1:2]\n');
  // Where there is no overlay, one is made.
  await rm(overlay);
  expect((await set('web', '--exposure', 'internet')).stdout).toMatch(/web2 .* internet/);
});

it.each([
  [['set', 'web1'], /it is not said what to set/],
  [['set', 'web1', '--criticality', 'huge'], /--criticality/],
  [['set', 'nobody', '--owner', 'x'], /nobody/],
  [['set', 'web1', '--unset', 'name'], /--unset/],
  [
    ['set', 'web1', '--owner', ''],
    /owner cannot be said so: one line of 1 to 200 characters; nothing was changed/,
  ],
  [['set', 'web1', '--tag', 'a b'], /tags cannot be said so: a tag is one word/],
])('inventory %j changes nothing', async (args, says) => {
  const path = await put('hosts', 'web1\n');
  const ended = await place.run('inventory', ...args, '--inventory', path);
  expect(ended.exit).toBe(2);
  expect(ended.stderr).toMatch(says);
  expect(await readdir(place.folder)).not.toContain('patchdeck.overlay.yaml');
});

it('says of one host what is said of it, where others share its entry by an anchor or an alias', async () => {
  const path = await put('hosts', 'web[1:4]\n');
  const overlay = await put(
    'patchdeck.overlay.yaml',
    'defaults: &all {owner: all}\nhosts:\n  web1: &one # the first\n    owner: shop\n  web2: *one\n  web3: *all\n',
  );
  const set = async (host: string) =>
    (await place.run('inventory', 'set', host, '--criticality', 'high', '--inventory', path)).exit;
  expect([await set('web3'), await set('web1')]).toEqual([0, 0]);
  const {stdout} = await place.run('inventory', 'list', '--inventory', path);
  expect(stdout).toMatch(/web1 .* high .* shop/);
  expect(stdout).toMatch(/web2 .* \? +\? +shop/);
  expect(stdout).toMatch(/web3 .* high .* all/);
  expect(stdout).toMatch(/web4 .* \? +\? +all/);
  expect(await readFile(overlay, 'utf8')).toContain('# the first');
});

it('says whose leftover keeps the overlay from being written; another one may be named, and is made', async () => {
  const path = await put('hosts', 'web1\n');
  const part = await put('patchdeck.overlay.yaml.part', '');
  const stuck = await place.run('inventory', 'set', 'web1', '--owner', 'x', '--inventory', path);
  expect(stuck.stderr).toContain(`if nobody does, one was stopped in it: take ${part} away`);
  const elsewhere = join(place.folder, 'ours.yaml');
  const beside = ['--inventory', path, '--overlay', elsewhere];
  const before = await place.run('inventory', 'list', ...beside);
  expect(before.stderr).toContain(`the overlay ${elsewhere} is not there`);
  expect((await place.run('inventory', 'set', 'web1', '--owner', 'x', ...beside)).exit).toBe(0);
  expect((await place.run('inventory', 'list', ...beside)).stdout).toMatch(/web1 .* x/);
});

it('writes into no link, and into no overlay with a mistake', async () => {
  const path = await put('hosts', 'web1\n');
  const elsewhere = await put('elsewhere.yaml', 'hosts: {}\n');
  const overlay = join(place.folder, 'patchdeck.overlay.yaml');
  await symlink(elsewhere, overlay);
  const set = () => place.run('inventory', 'set', 'web1', '--owner', 'x', '--inventory', path);
  expect((await set()).stderr).toContain('is a link or no file; nothing was written');
  expect(await readFile(elsewhere, 'utf8')).toBe('hosts: {}\n');
  await rm(overlay);
  await writeFile(overlay, 'hosts: {web1: {wave: first}}\n');
  expect((await set()).exit).toBe(2);
  expect(await readFile(overlay, 'utf8')).toBe('hosts: {web1: {wave: first}}\n');
});
