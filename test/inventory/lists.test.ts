import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {findInventory, loadInventory} from '../../src/inventory/load.ts';
import {findOffers} from '../../src/inventory/offer.ts';
import {parseInventory} from '../../src/inventory/parse.ts';
import {renderInventory, withPlainGroups} from '../../src/inventory/render.ts';
import {linesOf, makeFolder, type Folder} from './folder.ts';

let folder: Folder;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

it('reads hosts from CSV, whatever separates it and however its columns are called', async () => {
  const path = await folder.put(
    'fleet.csv',
    '\uFEFFHostname;IP Address;Port;Groups;Criticality;Canary;Tags;Rack\nweb1;10.0.0.1;2222;"web; eu";HIGH;yes;a b;r1\n\ndb1;;;;;;;\n',
  );
  const {inventory, notices} = await loadInventory(path);
  expect(inventory.fleet).toBe('fleet');
  expect(inventory.hosts).toMatchObject([
    {
      name: 'web1',
      address: '10.0.0.1',
      port: 2222,
      groups: ['web', 'eu'],
      criticality: 'high',
      canary: true,
      tags: ['a', 'b'],
    },
    {name: 'db1', address: 'db1', groups: []},
  ]);
  expect(inventory.hosts[1]?.criticality).toBeUndefined();
  expect(notices).toEqual(['columns that are not used: "Rack"']);
});

it('names every mistake of a CSV file with its line and column', async () => {
  const path = await folder.put(
    'fleet.csv',
    'name,address,port,exposure,critcality\nweb1,10.0.0.300,22,outside,high\n,10.0.0.2\n-x,,0\nweb1,10.0.0.4\nweb5,10.0.0.5\nweb6,10.0.0.5\n',
  );
  expect(await linesOf(loadInventory(path), folder)).toEqual([
    'the inventory has 7 mistakes; nothing was done',
    'fleet.csv:2:6: address of host web1 cannot be "10.0.0.300"; a DNS name, an IPv4 or an IPv6 address; or state it in patchdeck.overlay.yaml: hosts: {web1: {address: 10.0.0.11}}',
    expect.stringMatching(/^fleet\.csv:2:20: exposure of host web1 cannot be "outside"; allowed: isolated, /),
    'fleet.csv:3:1: a host without a name; give it one in the column "name"',
    expect.stringMatching(/^fleet\.csv:4:1: "-x" cannot be the name of a host; /),
    expect.stringMatching(/^fleet\.csv:4:5: port of host -x is out of its range: 0; at least 1; /),
    'fleet.csv:5:1: host "web1" is there twice, first in line 2; keep one of them',
    expect.stringMatching(
      /^fleet\.csv:7:1: hosts web5 and web6 have the same address, "10\.0\.0\.5", and port 22; /,
    ),
  ]);
  const open = await folder.put('open.csv', 'name,address\n"web1,10.0.0.1\n');
  expect((await linesOf(loadInventory(open), folder))[1]).toMatch(/^open\.csv:\d+:1: this is not CSV/);
  const nameless = await folder.put('nameless.csv', 'rack,address\nr1,10.0.0.1\n');
  expect((await linesOf(loadInventory(nameless), folder))[1]).toMatch(
    /^nameless\.csv:1:1: no column is called "name"; there are "rack", "address"; /,
  );
});

it('lists the aliases of ssh, those of included files too, and leaves their addresses to ssh', async () => {
  const path = await folder.put(
    '.ssh/config',
    'Include conf.d/*\nHost web1 web2\n  User ops\n  Port 2222\nHost *.internal !x\n  User y\nHost bad!name\nMatch host web1\n  User z\n',
  );
  await folder.put('.ssh/conf.d/one', 'Host db1\n  HostName 10.0.0.9\n');
  const {inventory, format} = await loadInventory(path);
  expect(format).toBe('ssh-config');
  expect(inventory.fleet).toBe('ssh');
  expect(inventory.hosts.map(({name, address, port, user}) => ({name, address, port, user}))).toEqual([
    {name: 'db1', address: 'db1', port: undefined, user: undefined},
    {name: 'web1', address: 'web1', port: undefined, user: undefined},
    {name: 'web2', address: 'web2', port: undefined, user: undefined},
  ]);
});

it('notices two aliases for one machine', async () => {
  const path = await folder.put('config', 'Host web1\n  HostName 10.0.0.1\nHost www\n  HostName 10.0.0.1\n');
  expect(await linesOf(loadInventory(`${path}:ssh-config`), folder)).toEqual([
    'the inventory has one mistake; nothing was done',
    expect.stringMatching(
      /^config:3:1: hosts web1 and www have the same address, "10\.0\.0\.1", and port 22; /,
    ),
  ]);
});

it('takes the names that ssh has for one machine as one host, and no forge for a host', async () => {
  const path = await folder.put(
    '.ssh/config',
    'Host web1 web1.example.org 10.0.0.5\n  HostName 10.0.0.5\nHost a b\n  HostName %h.example.org\nHost github.com gitlab.com\n  User git\n',
  );
  const {inventory, notices} = await loadInventory(path);
  expect(inventory.hosts.map(({name}) => name)).toEqual(['web1', 'a', 'b']);
  expect(notices).toEqual([
    'web1.example.org, 10.0.0.5: other names of web1, and not taken up beside it',
    'reached as the user git, so no hosts to patch: github.com, gitlab.com',
  ]);
});

it('knows an inventory by its content, and takes the word of who names the format', async () => {
  const ini = await folder.put('a', 'web1\n[web]\nweb1\n');
  expect((await loadInventory(ini)).format).toBe('ansible-ini');
  const yaml = await folder.put('b', '---\nall:\n  hosts:\n    web1:\n');
  expect((await loadInventory(yaml)).format).toBe('ansible-yaml');
  const own = await folder.put('c', 'fleet: x\nhosts: {web1: {}}\n');
  expect((await loadInventory(own)).format).toBe('patchdeck');
  const csv = await folder.put('d', 'name,address\nweb1,10.0.0.1\n');
  expect((await loadInventory(csv)).format).toBe('csv');
  expect((await loadInventory(`${yaml}:ansible-yaml`)).format).toBe('ansible-yaml');
  const colon = await folder.put('e:csv', 'web1\n[web]\nweb1\n');
  expect((await loadInventory(colon)).format).toBe('ansible-ini');
  await expect(loadInventory(`${ini}:ansible-yml`)).rejects.toMatchObject({
    code: 'inventory.format',
    next: expect.stringContaining('did you mean "ansible-yaml"?') as string,
  });
});

it('adds what the overlay says by host, group or glob; the more special word holds', async () => {
  const path = await folder.put('hosts', '[web]\nweb[1:3]\n[db]\ndb1\n');
  await folder.put(
    'patchdeck.overlay.yaml',
    [
      'fleet: shop',
      'defaults: {criticality: low, tags: [all]}',
      'groups: {"w*": {criticality: high, wave: 2, oneAtATime: true}, webb: {wave: 9}}',
      'hosts: {"web[12]": {exposure: internet}, web1: {criticality: critical, canary: true, smoke: [{tcp: 80}]}}',
      '',
    ].join('\n'),
  );
  const {inventory, notices} = await loadInventory(path);
  expect(inventory.fleet).toBe('shop');
  expect(inventory.hosts).toMatchObject([
    {
      name: 'web1',
      criticality: 'critical',
      exposure: 'internet',
      canary: true,
      wave: 2,
      oneAtATime: ['web'],
      smoke: [{tcp: 80}],
    },
    {name: 'web2', criticality: 'high', exposure: 'internet', canary: false},
    {name: 'web3', criticality: 'high', tags: ['all']},
    {name: 'db1', criticality: 'low', wave: 1},
  ]);
  expect(notices).toEqual([
    'the overlay names the group "webb", which the inventory does not have (did you mean "web"?)',
  ]);
});

it('names mistakes of the inventory and of the overlay at once', async () => {
  const path = await folder.put('hosts', 'web1 ansible_port=x\n');
  await folder.put('patchdeck.overlay.yaml', 'hosts: {web1: {criticality: hihg}}\n');
  expect(await linesOf(loadInventory(path), folder)).toEqual([
    'the inventory has 2 mistakes; nothing was done',
    expect.stringMatching(/^hosts:1:6: port of host web1 cannot be "x"/),
    expect.stringMatching(
      /^patchdeck\.overlay\.yaml:1:29: criticality of host web1 cannot be "hihg"; did you mean "high"\?/,
    ),
  ]);
  await expect(loadInventory(path, {overlay: join(folder.path, 'gone.yaml')})).rejects.toMatchObject({
    code: 'inventory.missing',
  });
});

it('reads the sheet of a spreadsheet: its first line "sep=;", names as people give them, one column of a kind', async () => {
  const path = await folder.put(
    'cmdb.csv',
    'sep=;\r\nServer Name;FQDN;Primary IP;SSH User;Business Owner\r\nweb1;web1.example.org;10.0.0.1;ops;"Smith; Jo"\r\n',
  );
  const {inventory, notices} = await loadInventory(path);
  expect(inventory.hosts).toMatchObject([
    {name: 'web1', address: '10.0.0.1', user: 'ops', owner: 'Smith; Jo'},
  ]);
  expect(notices).toEqual(['the column "FQDN" is not used: "Server Name" says the name already']);
});

it('refuses a line of CSV in which a cell too many has moved the others', async () => {
  const path = await folder.put('fleet.csv', 'name,owner,criticality\nweb1,Smith, Jo,high\n');
  expect(await linesOf(loadInventory(path), folder)).toEqual([
    'the inventory has one mistake; nothing was done',
    'fleet.csv:2:16: the line has more cells than the first one names columns: "high"; a cell that holds what separates cells goes into quotation marks',
  ]);
});

it('writes what it read as an inventory of our own that means the same', async () => {
  const path = await folder.put(
    'hosts',
    'lone ansible_user=root\n[web]\nweb[1:2] ansible_host=10.0.0.1 ansible_port=1\nweb2 ansible_port=2\n',
  );
  await folder.put(
    'patchdeck.overlay.yaml',
    'groups: {web: {oneAtATime: true, smoke: [{http: {url: "http://{address}/"}}]}}\nhosts: {"web*": {tags: [a], owner: "A: b", data: regulated}}\n',
  );
  const {inventory, text} = await loadInventory(path);
  expect(parseInventory(renderInventory(inventory), 'x')).toEqual(inventory);
  expect(parseInventory(text, 'x')).toEqual(inventory);
  expect(text).toMatch(/^# read from .*hosts, sha256 [0-9a-f]{64}\n# read from .*overlay\.yaml, sha256/);
});

it('writes groups by names that an inventory of our own may have, and says which are others', async () => {
  const path = await folder.put(
    'hosts.yml',
    'jenkins: {hosts: {jenkins: , build1: }}\n"Web Servers": {hosts: {web1: }}\nWeb_Servers: {hosts: {web2: }}\n"__proto__": {hosts: {web2: }}\n',
  );
  const {inventory, notices} = withPlainGroups((await loadInventory(path)).inventory);
  expect(notices).toEqual([
    'the group "jenkins" is written as jenkins-group: a host has that name, too',
    'the group "Web Servers" is written as Web_Servers-: that is no plain name',
    'the group "__proto__" is written as _: that is no plain name',
  ]);
  const written = parseInventory(renderInventory(inventory), 'x');
  expect(written.hosts.map(({name, groups}) => [name, groups])).toEqual([
    ['jenkins', ['jenkins-group']],
    ['build1', ['jenkins-group']],
    ['web1', ['Web_Servers-']],
    ['web2', ['Web_Servers', '_']],
  ]);
});

it('offers what is there when there is no inventory, with the command that uses it', async () => {
  await folder.put('cwd/hosts.ini', 'web[1:3]\n');
  await folder.put('cwd/ansible.cfg', '[defaults]\ninventory = ./fleet prod, hosts.ini\n');
  await folder.put('cwd/fleet prod', 'db1\n');
  await folder.put('cwd/inventory.yml', 'all: {hosts: {web1: [1]}}\n');
  await folder.put('cwd/inventories/eu/hosts', 'eu1\neu2\n');
  await folder.put('cwd/production/app.js', '// no inventory\n');
  await folder.put('.ssh/config', 'Host a b\n  User x\n');
  const system = await folder.put('ansible/hosts', '# comments alone, as the package brings it\n');
  const cwd = join(folder.path, 'cwd');
  const count = async (path: string): Promise<number | undefined> =>
    loadInventory(path)
      .then(({inventory}) => inventory.hosts.length)
      .catch(() => undefined);
  const config = join(folder.path, '.ssh/config');
  expect(
    (await findOffers(cwd, folder.path, count, system)).map(({what, command}) => [command, what]),
  ).toEqual([
    ["patchdeck --inventory 'fleet prod'", 'Ansible, 1 host'],
    ['patchdeck --inventory hosts.ini', 'Ansible, 3 hosts'],
    ['patchdeck --inventory inventory.yml', 'Ansible, with mistakes in it'],
    ['patchdeck --inventory inventories/eu', 'Ansible, 2 hosts'],
    [`patchdeck --inventory ${config}`, 'ssh, 2 hosts'],
  ]);
  await expect(findInventory(undefined, {HOME: folder.path}, cwd)).rejects.toMatchObject({
    code: 'inventory.missing',
    message: expect.stringMatching(
      /nothing was done\nWhat is there can be used as it is:\n {2}`patchdeck --inventory 'fleet prod'` +Ansible, 1 host\n/,
    ) as string,
    next: 'run one of these, or write patchdeck.yaml',
  });
});
