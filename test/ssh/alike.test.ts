import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {askSsh} from '../../src/ssh/ask-ssh.ts';
import {createSshConfigReader} from '../../src/ssh/ssh-config-reader.ts';
import type {SshConfig} from '../../src/ssh/ssh-config.ts';
import {makeWorld, type World} from './world.ts';

let world: World;
let config: string;
let calls: string;
/** The real ssh, and how often it was started. */
let program: string;
beforeEach(async () => {
  world = await makeWorld();
  // In folders of their own: a change in that of the configuration counts.
  [config, calls, program] = ['config', 'calls', 'ssh'].map(name => join(world.folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(calls, '');
  await writeFile(program, `#!/bin/sh\necho >> '${calls}'\nexec ssh "$@"\n`, {mode: 0o755});
});
afterEach(() => world.remove());

const question = (name: string) => ({name, port: undefined, user: undefined, configFile: config});
const refused: SshConfig = new Map([['hostname', ['ssh refused']]]);
const orRefused = (answer: Promise<SshConfig>): Promise<SshConfig> => answer.catch(() => refused);
/** What is found, one after the other, and how often ssh was started for it. */
const ask = async (text: string, names: readonly string[]) => {
  await writeFile(config, text);
  await writeFile(calls, '');
  const reader = createSshConfigReader({program});
  const found: SshConfig[] = [];
  for (const name of names) found.push(await orRefused(reader(question(name))));
  return {found, starts: (await readFile(calls, 'utf8')).length};
};
const addresses = (found: readonly SshConfig[]): string[] =>
  found.map(one => `${one.get('user')?.join() ?? ''}@${one.get('hostname')?.join() ?? ''}`);
/** All but the socket's name: none of ours lies there. */
const entries = (one: SshConfig): unknown =>
  Object.fromEntries([...one].filter(([keyword]) => keyword !== 'controlpath'));

describe('hosts that ssh_config does not tell apart cost two questions to ssh', () => {
  it('with their own name in the answer', async () => {
    const {found, starts} = await ask(
      'Host web*\n User deploy\n HostName %h.example\nHost *\n User ops\n ControlPath ~/.ssh/%C',
      ['web1', 'web2', 'web3', 'web4', 'db1', 'db2', 'db3'],
    );
    expect(addresses(found)).toEqual([
      'deploy@web1.example',
      'deploy@web2.example',
      'deploy@web3.example',
      'deploy@web4.example',
      'ops@db1',
      'ops@db2',
      'ops@db3',
    ]);
    expect(starts).toBe(4);
  });

  it('also when their configuration comes from included files', async () => {
    const included = join(world.folder, 'more');
    await writeFile(included, 'Host web3\n User other\n');
    const {found, starts} = await ask(`Include ${included}\nUser ops`, ['web1', 'web2', 'web3', 'web4']);
    expect([addresses(found), starts]).toEqual([['ops@web1', 'ops@web2', 'other@web3', 'ops@web4'], 3]);
  });
});

describe('ssh is asked about each host', () => {
  it.each([
    ['where a Match may tell it apart', 'Match exec "test %h != web3"\n User deploy\nMatch all\n User ops'],
    ['where its name may be made canonical', 'CanonicalizeHostname yes\nCanonicalDomains invalid'],
    ['where a Host line is not read for certain', 'Host "web3"\n User deploy'],
    ['where a file is included by its name', 'Include /no/such/%h'],
  ])('%s', async (_, text) => {
    expect((await ask(text, ['web1', 'web2', 'web3', 'web4'])).starts).toBe(4);
  });

  it('where the others got different answers', async () => {
    const {found, starts} = await ask('UserKnownHostsFile /k/%C', ['web1', 'web2', 'web3']);
    expect(new Set(found.map(one => one.get('userknownhostsfile')?.join())).size).toBe(3);
    expect(starts).toBe(3);
  });

  it('that the configuration of the others speaks of', async () => {
    const {found, starts} = await ask('ProxyJump gate', ['web1', 'web2', 'gate', 'web3']);
    // ssh will not jump over the host itself.
    expect([addresses(found)[2], starts]).toEqual(['@ssh refused', 3]);
  });

  it('again when a file has changed', async () => {
    await ask('User ops', ['web1', 'web2', 'web3']);
    const reader = createSshConfigReader({program});
    const read = (name: string): Promise<SshConfig> => reader(question(name));
    await read('web1');
    await read('web2');
    await writeFile(config, 'User deploy');
    expect(addresses([await read('web3')])).toEqual(['deploy@web3']);
  });
});

it('what is found for a host is what ssh says of it, whatever Host lines there are', async () => {
  const name = fc.stringMatching(/^[ab1][ab1.-]{0,4}$/);
  const pattern = fc.stringMatching(/^!?[ab1*?][ab1.*?-]{0,3}$/);
  const block = fc.tuple(
    fc.array(pattern, {minLength: 1, maxLength: 3}),
    fc.constantFrom(
      'User deploy',
      'HostName %h.x',
      'HostName 0x%h',
      'HostName 10.0.0.%h',
      'Port 2200',
      'ProxyJump a',
      'HostKeyAlias k%h',
    ),
    fc.constantFrom('Host ', '  hOsT\t', 'Host = '),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, {maxLength: 4}),
      fc.uniqueArray(name, {minLength: 3, maxLength: 6}),
      async (blocks, names) => {
        const text = blocks
          .map(([patterns, line, head]) => `${head}${patterns.join(' ')}\n ${line}`)
          .join('\n');
        const {found} = await ask(text, names);
        for (const [index, one] of found.entries()) {
          const real = askSsh('ssh', question(names[index] ?? ''), 10_000).then(({config: said}) => said);
          expect(entries(one)).toEqual(entries(await orRefused(real)));
        }
      },
    ),
    {numRuns: 25},
  );
}, 120_000);
