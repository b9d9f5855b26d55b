import {readFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {PatchdeckError} from '../../src/model/error.ts';
import {hostSchema} from '../../src/model/host.ts';
import {parseInventory} from '../../src/inventory/parse.ts';

const mistakesIn = (text: string): string[] => {
  try {
    parseInventory(text, 'fleet.yaml');
  } catch (error) {
    if (!(error instanceof PatchdeckError)) throw error;
    expect(error.kind).toBe('input');
    expect(error.code).toBe('inventory.invalid');
    expect(error.next).toContain('fleet.yaml');
    const [head = '', ...lines] = error.message.split('\n');
    expect(head).toMatch(/^the inventory has (one mistake|\d+ mistakes); nothing was done$/);
    return lines;
  }
  return [];
};

const shop = `fleet: shop-eu
defaults: {user: ops, become: doas, smoke: [{unit: ssh.service}]}
groups:
  web: {criticality: high, exposure: internet, wave: 2, oneAtATime: true, tags: [http],
        smoke: [{unit: nginx.service}, {http: {url: "https://{address}/health"}}]}
  eu: {exposure: internal, owner: eu-team, port: 2200}
hosts:
  web1: {address: 10.0.0.11, groups: [web, eu], canary: true, owner: shop, tags: [eu], smoke: [{tcp: 443}]}
  db1:  {address: 10.0.0.21, port: 2222, criticality: critical, data: regulated, become: none, wave: 3}
  bare:
`;

describe('what sets a host aside', () => {
  it('is stated whole by the last of defaults, groups and host', () => {
    const text = `fleet: f
defaults: {silence: {start: am silence, end: am speak}, drain: {start: lb out, end: lb in}}
groups: {web: {drain: {start: touch /run/out, end: rm /run/out}}}
hosts: {a: {groups: [web]}, b: }
`;
    const [a, b] = parseInventory(text, 'fleet.yaml').hosts;
    expect(a).toMatchObject({
      silence: {start: 'am silence', end: 'am speak'},
      drain: {start: 'touch /run/out', end: 'rm /run/out'},
    });
    expect(b?.drain).toEqual({start: 'lb out', end: 'lb in'});
  });

  it('without what ends it is refused, with its place', () => {
    const text = 'fleet: f\nhosts: {a: {drain: {start: lb out, stop: lb in}}}\n';
    expect(mistakesIn(text)).toEqual([
      'fleet.yaml:2:13: drain.end of host a is missing; add it: text',
      'fleet.yaml:2:36: unknown key "stop" in drain of host a; allowed here: start, end',
    ]);
  });
});

describe('updaters of applications', () => {
  const commands = 'installed: [/o/u, i], stage: [/o/u, s], install: [/o/u, n], undo: [/o/u, d]';
  const fleet = (pending: string, more = ''): string => `fleet: f
defaults: {custom: {base: {pending: [/b/u], ${commands}}}}
groups: {app: {custom: {shop: {pending: [/o/old], ${commands}}}}}
hosts:
  a: {groups: [app], custom: {shop: {pending: ${pending}, ${commands}${more}}}}
  b: {groups: [app]}
`;

  it('are added up over defaults, groups and hosts, by name; the later holds', () => {
    const [a, b] = parseInventory(fleet('[/o/u, pending]'), 'fleet.yaml').hosts;
    expect(Object.keys(a?.custom ?? {}).sort()).toEqual(['base', 'shop']);
    expect(a?.custom?.['shop']).toMatchObject({pending: ['/o/u', 'pending'], user: 'root', deadline: 600});
    expect(b?.custom?.['shop']?.pending).toEqual(['/o/old']);
  });

  it('with a mistake are refused, with its place', () => {
    expect(mistakesIn(fleet('[updater, pending]')).join()).toMatch(/whole path of its program/);
    expect(mistakesIn(fleet('[/o/u]', ', pendin: [/x]')).join()).toMatch(/pendin.*pending/s);
  });

  const stated = `pending: [/o/u, p], ${commands}`;
  const whole = 'a command begins with the whole path of its program, as [/opt/shop/updater, pending]';
  it.each([
    [`shop: {${commands}}`, 'shop.pending of host a is missing; add it: a list, as [a, b]'],
    [
      `shop: {pending: /o/u p, ${commands}}`,
      'shop.pending of host a cannot be "/o/u p"; it has to be a list, as [a, b]',
    ],
    [`shop: {pending: [u, p], ${commands}}`, `shop.pending of host a cannot be [u, p]; ${whole}`],
    [`shop: {pending: [], ${commands}}`, `shop.pending of host a cannot be []; ${whole}`],
    [
      `shop: {pending: [/o/u, 5], ${commands}}`,
      'shop.pending.1 of host a cannot be 5; put it into quotes: "5"',
    ],
    [`shop: {${stated}, instal: [/o/u]}`, 'shop of host a; did you mean "install"?'],
    [
      `Shop App: {${stated}}`,
      'custom of host a cannot have the name "Shop App"; the name of an updater has small letters, digits and "-"',
    ],
    [
      `shop: {${stated}, restart: [shop]}`,
      'restart.0 of host a cannot be "shop"; a service with its type, as shop.service',
    ],
    [
      `shop: {${stated}, restart: shop.service}`,
      'restart of host a cannot be "shop.service"; it has to be a list, as [a, b]',
    ],
    [
      `shop: {${stated}, before: [pacman]}`,
      'before.0 of host a cannot be "pacman"; allowed: apt, dnf4, dnf5, yum, zypper, apk',
    ],
    [
      `shop: {${stated}, user: Shop User}`,
      'user of host a cannot be "Shop User"; a user of the host, as shop',
    ],
    [
      `shop: {${stated}, deadline: 10 minutes}`,
      'deadline of host a cannot be "10 minutes"; it has to be a number',
    ],
    [`shop: {${stated}, deadline: 0}`, 'deadline of host a is out of its range: 0; at least 1'],
    [`[shop]`, 'custom of host a cannot be [shop]; it has to be a map of names and their settings'],
    [`shop:`, 'custom.shop of host a has no value; give it a map of keys and values, or take the line away'],
  ])('written as {%s} are one mistake, with what to write in its place', (custom, says) => {
    const block = custom.startsWith('[') ? custom : `{${custom}}`;
    const mistakes = mistakesIn(`fleet: f\nhosts:\n  a: {custom: ${block}}\n`);
    expect(mistakes).toEqual([expect.stringContaining(says) as string]);
    expect(mistakes[0]).toMatch(/^fleet\.yaml:3:\d+: /);
  });
});

describe('a good inventory', () => {
  it('applies defaults, then groups in the listed order, then what the host states', () => {
    const {fleet, groups, hosts} = parseInventory(shop, 'fleet.yaml');
    expect(fleet).toBe('shop-eu');
    expect(groups).toEqual(['web', 'eu']);
    expect(hosts).toEqual([
      {
        name: 'web1',
        address: '10.0.0.11',
        port: 2200,
        user: 'ops',
        become: 'doas',
        groups: ['web', 'eu'],
        criticality: 'high',
        exposure: 'internal',
        canary: true,
        wave: 2,
        oneAtATime: ['web'],
        owner: 'shop',
        tags: ['http', 'eu'],
        smoke: [
          {unit: 'ssh.service'},
          {unit: 'nginx.service'},
          {http: {url: 'https://{address}/health', status: 200}},
          {tcp: 443},
        ],
      },
      expect.objectContaining({name: 'db1', port: 2222, become: 'none', wave: 3, oneAtATime: [], tags: []}),
      {
        name: 'bare',
        address: 'bare',
        user: 'ops',
        become: 'doas',
        groups: [],
        canary: false,
        wave: 1,
        oneAtATime: [],
        tags: [],
        smoke: [{unit: 'ssh.service'}],
      },
    ]);
  });

  it('takes transport and what a host runs on from defaults, groups and hosts, the later first', () => {
    const {hosts} = parseInventory(
      `fleet: a
defaults: {transport: system}
groups: {vms: {runsOn: metal, transport: ssh2}}
hosts:
  metal: {transport: local}
  vm1: {groups: [vms]}
  vm2: {groups: [vms], runsOn: vm1, transport: system}
  plain: {}
`,
      'f',
    );
    expect(hosts.map(({name, transport, runsOn}) => [name, transport, runsOn])).toEqual([
      ['metal', 'local', undefined],
      ['vm1', 'ssh2', 'metal'],
      ['vm2', 'system', 'vm1'],
      ['plain', 'system', undefined],
    ]);
  });

  it('leaves out what nobody stated: it is unknown, never low', () => {
    const [host] = parseInventory('fleet: a\nhosts: {web1: {}}', 'f').hosts;
    expect(host).toEqual({
      name: 'web1',
      address: 'web1',
      become: 'sudo',
      groups: [],
      canary: false,
      wave: 1,
      oneAtATime: [],
      tags: [],
      smoke: [],
    });
  });

  it('reads anchors and names that are numbers', () => {
    const {hosts} = parseInventory('fleet: a\nhosts: {10: &same {tags: [x]}, 11: *same}', 'f');
    expect(hosts.map(host => [host.name, host.tags])).toEqual([
      ['10', ['x']],
      ['11', ['x']],
    ]);
  });

  it('gives hosts that fit the model', () => {
    for (const host of parseInventory(shop, 'f').hosts) expect(hostSchema.parse(host)).toEqual(host);
  });

  it('reads 10,000 hosts in seconds', () => {
    const lines = Array.from(
      {length: 10_000},
      (_, i) => `  h${i}: {address: 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}, groups: [web]}`,
    );
    const started = performance.now();
    const {hosts} = parseInventory(
      `fleet: big\ngroups: {web: {wave: 2}}\nhosts:\n${lines.join('\n')}\n`,
      'f',
    );
    expect(hosts).toHaveLength(10_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('a wrong inventory', () => {
  it('shows every mistake at once, each with its line, column and remedy', () => {
    const lines = mistakesIn(`fleet: shop
defaults: {usr: ops, become: sdo, port: "22"}
groups:
  web: {exposure: internt, wave: 0, canary: yes}
hosts:
  web1: {address: 10.0.0.11, groups: [wbe, web, web], owner: 12}
  web2: {address: 10.0.0.11:22, user: -l}
  web: {address: 10.0.0.256, tags: eu}
  x y: {}
`);
    expect(lines).toEqual([
      'fleet.yaml:2:12: unknown key "usr" in "defaults"; did you mean "user"?',
      'fleet.yaml:2:30: become of defaults cannot be "sdo"; did you mean "sudo"? allowed: none, sudo, doas',
      'fleet.yaml:2:41: port of defaults cannot be "22"; it has to be a number',
      'fleet.yaml:4:19: exposure of group web cannot be "internt"; did you mean "internet"? allowed: isolated, internal, internet',
      'fleet.yaml:4:34: wave of group web is out of its range: 0; at least 1',
      'fleet.yaml:4:45: canary of group web cannot be "yes"; it has to be true or false',
      'fleet.yaml:6:39: host web1 is in "wbe", which is no group; did you mean "web"?',
      'fleet.yaml:6:49: host web1 names the group "web" twice; name it once',
      'fleet.yaml:6:62: owner of host web1 cannot be 12; put it into quotes: "12"',
      'fleet.yaml:7:19: address of host web2 cannot be "10.0.0.11:22"; give the port on its own: port: 22',
      'fleet.yaml:7:39: user of host web2 cannot be "-l"; a user name has no blanks and does not begin with "-"',
      'fleet.yaml:8:3: "web" is the name of a host and of a group; rename one: on the command line nobody could tell which is meant',
      'fleet.yaml:8:18: address of host web cannot be "10.0.0.256"; a DNS name, an IPv4 or an IPv6 address',
      'fleet.yaml:8:36: tags of host web cannot be "eu"; it has to be a list, as [a, b]',
      'fleet.yaml:9:3: "x y" cannot be the name of a host; a name has letters, digits, ".", "_" and "-", and begins with a letter, a digit or "_"',
    ]);
  });

  it.each([
    ['nothing at all', '', '1:1: the file is empty'],
    ['comments only', '# to do\n', '1:1: the file is empty'],
    ['a list', '- web1\n', '1:1: the file is not a map'],
    ['no hosts', 'fleet: a\nhosts: {}\n', '2:1: the inventory has no hosts; add one'],
    ['no fleet', 'hosts: {a: {}}\n', '1:1: "fleet" is missing; add it'],
    ['a tab', 'fleet: a\nhosts:\n\tweb1: {}\n', '3:1: a tab indents this line; YAML wants spaces'],
    ['an open bracket', 'fleet: a\nhosts: {a: {}\n', '3:1: this is not YAML'],
    ['a second document', 'fleet: a\nhosts: {a: {}}\n---\nfleet: b\n', '3:1: a second document begins here'],
    [
      'a tag',
      'fleet: !!js/function "x"\nhosts: {a: {}}',
      '1:8: the tag "!!js/function" is not known; take it away',
    ],
    ['a host twice', 'fleet: a\nhosts:\n  web1: {}\n  web1: {}\n', '4:3: "web1" is there twice in one map'],
    ['a key twice', 'fleet: a\nhosts: {a: {wave: 1, wave: 2}}\n', '2:22: "wave" is there twice in one map'],
    [
      'one address for two',
      'fleet: a\nhosts:\n  a: {address: DB}\n  b: {address: db, port: 22}\n',
      '4:16: hosts a and b have the same address, "db", and port 22',
    ],
    [
      'an unknown group',
      'fleet: a\nhosts: {a: {groups: [prod]}}',
      '2:22: host a is in "prod", which is no group; add it under "groups"',
    ],
    [
      'a machine that is none of the fleet',
      'fleet: a\nhosts:\n  metal1: {}\n  vm: {runsOn: metall}\n',
      '4:16: host vm runs on "metall", which is no host; did you mean "metal1"?',
    ],
    [
      'a machine that is none, by its group',
      'fleet: a\ngroups: {vms: {runsOn: kvm}}\nhosts:\n  vm: {groups: [vms]}\n',
      '2:24: host vm runs on "kvm", which is no host; name a host of this inventory, or take it out',
    ],
    [
      'machines that run on each other',
      'fleet: a\nhosts:\n  a: {runsOn: b}\n  b: {runsOn: a}\n',
      '3:15: a runs on b runs on a; take one of them out\nfleet.yaml:4:15: b runs on a runs on b',
    ],
    ['a host on itself', 'fleet: a\nhosts: {a: {runsOn: a}}', '2:21: a runs on a; take one of them out'],
    [
      'a mistyped smoke check',
      'fleet: a\nhosts: {a: {smoke: [{unti: x}]}}',
      '2:21: smoke check 1 of host a cannot be {unti}; did you mean "unit"?',
    ],
    [
      'a unit without its type',
      'fleet: a\nhosts: {a: {smoke: [{unit: nginx}]}}',
      '2:28: unit of smoke check 1 of host a cannot be "nginx"; a unit with its type',
    ],
    [
      'two smoke checks in one',
      'fleet: a\nhosts: {a: {smoke: [{tcp: 1, unit: b.service}]}}',
      '2:21: smoke check 1 of host a cannot be {tcp, unit}; each check is one of',
    ],
    [
      'a wrong key in a check',
      'fleet: a\nhosts: {a: {smoke: [{http: {url: "http://x", stauts: 204}}]}}',
      '2:46: unknown key "stauts" in http of smoke check 1 of host a; did you mean "status"?',
    ],
    [
      'a merge key',
      'fleet: a\nhosts: {a: &a {wave: 2}, b: {<<: *a}}',
      '2:30: unknown key "<<" in host b; merge keys are not read',
    ],
    [
      'a name that would be a flag',
      'fleet: a\nhosts: {-oProxyCommand: {}}',
      '2:9: "-oProxyCommand" cannot be the name of a host',
    ],
    [
      'a name that JavaScript keeps for itself',
      'fleet: a\nhosts: {__proto__: {canary: true}}',
      '2:9: "__proto__" cannot be the name of a host',
    ],
    [
      'an address that would be a flag',
      'fleet: a\nhosts: {a: {address: -oProxyCommand}}',
      '2:22: address of host a cannot be "-oProxyCommand"',
    ],
    [
      'a key without a value',
      'fleet: a\nhosts:\n  a:\n    owner:\n',
      'owner of host a has no value; give it text, or take the line away',
    ],
    [
      'a circle',
      'fleet: a\nhosts: &h {a: {port: *h}}',
      '2:16: port of host a cannot be {a}; it has to be a number',
    ],
    ['an unknown alias', 'fleet: a\nhosts: {a: *nobody}', '2:12: its aliases (*name) cannot be followed'],
    ['a map as a key', 'fleet: a\nhosts: {{web}: {}}', 'a list or a map stands where a key should be'],
    [
      'escape sequences',
      'fleet: a\nhosts: {a: {become: "\\e[31mred\\e]0;x\\a"}}',
      'become of host a cannot be "red"',
    ],
  ])('%s', (_, text, expected) => {
    expect(mistakesIn(text).join('\n')).toContain(expected);
  });

  it('refuses a bomb of aliases and a hole of brackets without falling into them', () => {
    const tens = (name: string): string => `[${Array(10).fill(`*${name}`).join(',')}]`;
    const bomb = `a: &a [x]\nb: &b ${tens('a')}\nc: &c ${tens('b')}\nd: &d ${tens('c')}\nhosts: ${tens('d')}\n`;
    expect(mistakesIn(bomb).join()).toContain('its aliases (*name) cannot be followed');
    expect(mistakesIn('['.repeat(200_000))).toEqual([expect.stringContaining('nested too deep')]);
  });

  it('lists twenty mistakes and counts the rest', () => {
    const hosts = Array.from({length: 50}, (_, i) => `  h${i}: {wvae: 1}`).join('\n');
    const lines = mistakesIn(`fleet: a\nhosts:\n${hosts}\n`);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('and 30 more, shown when these are mended');
  });

  it('refuses a file that is far too large', () => {
    expect(mistakesIn(`fleet: a\n#${'x'.repeat(17 * 1024 * 1024)}`).join()).toContain('more than 16 MB');
  });
});

it('reads the example of the README when there is one', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8').catch(() => '');
  for (const [, example = ''] of readme.matchAll(/```ya?ml\n(fleet:[\s\S]*?)```/g)) {
    expect(parseInventory(example, 'README.md').hosts.length).toBeGreaterThan(0);
  }
});
