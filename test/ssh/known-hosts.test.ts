import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {hashName} from '../../src/ssh/host-pattern.ts';
import {
  fingerprint,
  keyType,
  knownTypes,
  lookupName,
  parseKnownHosts,
  verdict,
} from '../../src/ssh/known-hosts.ts';
import {exampleKey, judge} from './judge.ts';

const [one, two, rsa] = [exampleKey(), exampleKey(), exampleKey('rsa')];

describe('a host key is', () => {
  const cases: [string, string, [string, number, Uint8Array], string][] = [
    ['known by its plain name', `web1 ${one.line}`, ['web1', 22, one.bytes], 'known'],
    ['known whatever the case', `WEB1 ${one.line}`, ['Web1', 22, one.bytes], 'known'],
    [
      'known by one of several names',
      `db1,web1,10.0.0.1 ${one.line} a comment`,
      ['10.0.0.1', 22, one.bytes],
      'known',
    ],
    [
      'known with tabs and blanks before and between',
      `  web1\t${one.line}  `,
      ['web1', 22, one.bytes],
      'known',
    ],
    ['unknown in an empty file', '', ['web1', 22, one.bytes], 'unknown'],
    ['unknown when only a comment has it', `# web1 ${one.line}`, ['web1', 22, one.bytes], 'unknown'],
    ['unknown for another host', `web1 ${one.line}`, ['web2', 22, one.bytes], 'unknown'],
    ['known by an IPv6 address', `2001:db8::1 ${one.line}`, ['2001:DB8::1', 22, one.bytes], 'known'],
    ['known by *', `*.shop.eu ${one.line}`, ['web1.shop.eu', 22, one.bytes], 'known'],
    ['known by ?', `web? ${one.line}`, ['web1', 22, one.bytes], 'known'],
    ['not matched by ? for no character', `web? ${one.line}`, ['web', 22, one.bytes], 'unknown'],
    [
      'known by a pattern in brackets',
      `[*.shop.eu]:2222 ${one.line}`,
      ['web1.shop.eu', 2222, one.bytes],
      'known',
    ],
    ['left out by !', `*.eu,!web1.eu ${one.line}`, ['web1.eu', 22, one.bytes], 'unknown'],
    [
      'left out by ! also when it comes first',
      `!web1.eu,*.eu ${one.line}`,
      ['web1.eu', 22, one.bytes],
      'unknown',
    ],
    ['not known by ! alone', `!web1 ${one.line}`, ['web2', 22, one.bytes], 'unknown'],
    ['changed when another is known', `web1 ${one.line}`, ['web1', 22, two.bytes], 'changed at 1'],
    [
      'changed, naming the line of the same type',
      `web1 ${rsa.line}\nweb1 ${one.line}`,
      ['web1', 22, two.bytes],
      'changed at 2',
    ],
    [
      'changed when only another type is known',
      `\nweb1 ${rsa.line}`,
      ['web1', 22, one.bytes],
      'changed at 2',
    ],
    [
      'known when one of two lines has it',
      `web1 ${one.line}\nweb1 ${two.line}`,
      ['web1', 22, two.bytes],
      'known',
    ],
    ['revoked', `@revoked * ${one.line}`, ['web1', 22, one.bytes], 'revoked at 1'],
    [
      'revoked also when another line allows it',
      `web1 ${one.line}\n@revoked web1 ${one.line}`,
      ['web1', 22, one.bytes],
      'revoked at 2',
    ],
    [
      'not revoked for other hosts',
      `@revoked web2 ${one.line}\nweb1 ${one.line}`,
      ['web1', 22, one.bytes],
      'known',
    ],
    [
      'unknown when only another key is revoked',
      `@revoked * ${one.line}`,
      ['web1', 22, two.bytes],
      'unknown',
    ],
    [
      'not known by a certificate authority',
      `@cert-authority * ${one.line}`,
      ['web1', 22, one.bytes],
      'unknown',
    ],
    [
      'not changed by a certificate authority',
      `@cert-authority * ${one.line}`,
      ['web1', 22, two.bytes],
      'unknown',
    ],
  ];
  it.each(cases)('%s', (_title, text, [name, port, key], expected) => {
    expect(judge(text, name, port, key)).toBe(expected);
  });
});

describe('a known_hosts file', () => {
  it('counts lines that cannot be read and uses the others', () => {
    const text = [
      'web1',
      'web1 ssh-ed25519',
      'web1 ssh-ed25519 not base64!',
      `web1 ssh-rsa ${one.line.split(' ')[1] ?? ''}`,
      `@unheard-of web1 ${one.line}`,
      'web1 1024 35 1234567890',
      `web1 ${one.line}`,
    ].join('\n');
    const {entries, badLines} = parseKnownHosts(text, '/known');
    expect(badLines).toBe(6);
    expect(entries.map(entry => entry.line)).toEqual([7]);
  });

  it('is read with DOS line ends too', () => {
    expect(judge(`web1 ${one.line}\r\nweb2 ${two.line}\r\n`, 'web2', 22, two.bytes)).toBe('known');
  });

  it('tells which types a host is known by, so that these are asked for first', () => {
    const text = `web1 ${rsa.line}\nweb1 ${one.line}\nweb1 ${two.line}\n@cert-authority web1 ${two.line}\n@revoked web1 ${two.line}`;
    expect(knownTypes(parseKnownHosts(text, '/known').entries, 'web1', 22)).toEqual([
      'ssh-rsa',
      'ssh-ed25519',
    ]);
  });

  it('gives file and fingerprint of the key a host had', () => {
    const found = verdict(parseKnownHosts(`web1 ${one.line}`, '/home/ops/known').entries, {
      name: 'web1',
      port: 22,
      key: two.bytes,
    });
    expect(found).toEqual({
      is: 'changed',
      file: '/home/ops/known',
      line: 1,
      fingerprint: fingerprint(one.bytes),
      type: 'ssh-ed25519',
    });
  });

  it('does not call a key changed when the known type is one that is never asked for', () => {
    const {entries} = parseKnownHosts(`web1 ${rsa.line}`, '/known');
    expect(verdict(entries, {name: 'web1', port: 22, key: one.bytes, askable: ['ssh-ed25519']}).is).toBe(
      'unknown',
    );
  });

  it('is not slowed down by a line full of stars', () => {
    const start = performance.now();
    expect(judge(`${'*a'.repeat(200)}b ${one.line}`, 'a'.repeat(250), 22, one.bytes)).toBe('unknown');
    expect(performance.now() - start).toBeLessThan(500);
  });
});

it('a key that names no type is none', () => {
  expect([keyType(new Uint8Array()), keyType(Buffer.from([255, 255, 255, 255, 1]))]).toEqual(['', '']);
});

it('agrees with ssh-keygen on names, hashes and fingerprints', async () => {
  if (!existsSync('/usr/bin/ssh-keygen')) return;
  const folder = await mkdtemp(join(tmpdir(), 'patchdeck-known-'));
  const file = join(folder, 'known_hosts');
  try {
    const patterns = [
      'web1',
      '[web1]:2222',
      'db?,!db2',
      '*.shop.eu',
      hashName('secret', Buffer.alloc(20, 3)),
    ];
    await writeFile(file, patterns.map(pattern => `${pattern} ${one.line}\n`).join(''));
    const {entries} = parseKnownHosts(patterns.map(pattern => `${pattern} ${one.line}`).join('\n'), file);
    const asked: [string, number][] = [
      ['web1', 22],
      ['web1', 2222],
      ['web2', 22],
      ['db1', 22],
      ['db2', 22],
      ['x.shop.eu', 22],
      ['x.shop.eu', 2222],
      ['secret', 22],
      ['secret', 2222],
    ];
    for (const [name, port] of asked) {
      // ssh asks twice: by the name with its port, then without.
      const found = [port, 22].map(
        one => spawnSync('ssh-keygen', ['-F', lookupName(name, one), '-f', file]).status,
      );
      const ours = verdict(entries, {name, port, key: one.bytes}).is === 'known';
      expect(`${name}:${port} ${ours}`).toBe(`${name}:${port} ${found.includes(0)}`);
    }
    const listed = spawnSync('ssh-keygen', ['-lf', file]).stdout.toString();
    expect(listed).toContain(fingerprint(one.bytes));
  } finally {
    await rm(folder, {recursive: true});
  }
});
