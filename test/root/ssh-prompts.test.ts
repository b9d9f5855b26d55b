import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import type {Asker} from '../../src/model/question.ts';
import {defaultConnectLimits} from '../../src/ssh/settings.ts';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, never} from '../ssh/world.ts';
import {must, run} from '../lab/command.ts';

let here: RealWorld;
beforeAll(async () => {
  here = await makeRealWorld();
}, 60_000);
afterAll(() => here.remove(), 60_000);

const system = {transport: 'system'} as const;
const prompts = (asked: readonly object[]): unknown[] =>
  asked.map(question => 'prompt' in question && question.prompt);
const encrypted = async (name: string, passphrase: string): Promise<string> => {
  const file = join(here.folder, name);
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', file]);
  return file;
};

it("the passphrase of an encrypted key is asked for once, over the system's ssh as over ssh2", async () => {
  const key = await encrypted('sesame', 'open sesame');
  const [one, two] = [await here.start(`${key}.pub`), await here.start(`${key}.pub`)];
  await here.knowAll(one, two);
  const way = here.transport(await here.configure([` IdentityFile ${key}`, ' IdentitiesOnly yes']));
  const {ask, asked} = asker({secret: 'open sesame'});
  for (const {port} of [one, two]) {
    const session = await way.open(
      here.host(here.accounts.dash, {port, name: `host${port}`, address: 'target', ...system}),
      ask,
      never,
    );
    expect(await here.output(session, 'id -un')).toBe(`${here.accounts.dash.name}\n`);
    session.close();
  }
  expect(prompts(asked)).toEqual([`Enter passphrase for key '${key}':`]);
});

it('a wrong passphrase is not taken for right because another key let in', async () => {
  const [first, second] = [await encrypted('first', 'one'), await encrypted('second', 'two')];
  const both = join(here.folder, 'both.pub');
  await writeFile(both, (await Promise.all([first, second].map(f => readFile(`${f}.pub`, 'utf8')))).join(''));
  const [one, two] = [await here.start(both), await here.start(both)];
  await here.knowAll(one, two);
  const lines = [` IdentityFile ${first}`, ` IdentityFile ${second}`, ' IdentitiesOnly yes'];
  const way = here.transport(await here.configure(lines));
  const {ask, asked} = asker({secret: 'mistyped'}, {secret: 'two'}, {secret: 'one'});
  for (const {port} of [one, two]) {
    const host = here.host(here.accounts.dash, {port, name: `host${port}`, address: 'target', ...system});
    (await way.open(host, ask, never)).close();
  }
  const prompt = (file: string): string => `Enter passphrase for key '${file}':`;
  expect(prompts(asked)).toEqual([prompt(first), prompt(second), prompt(first)]);
});

it('a person who is slower than LoginGraceTime gives a password once', async () => {
  const server = await here.start('/dev/null', 'LoginGraceTime 6');
  await here.knowAll(server);
  const way = here.transport(await here.configure([]), false, {...defaultConnectLimits, patienceMs: 200});
  // sshd's part of a login that is under way; Debian's says nothing in its log when it ends one.
  const waiting = async (): Promise<string> =>
    (await run('pgrep', ['-f', `^sshd: ${here.accounts.dash.name}`])).stdout;
  let asked = 0;
  const slow: Asker = async () => {
    asked += 1;
    expect(await waiting()).not.toBe('');
    await expect.poll(waiting, {timeout: 30_000}).toBe('');
    return {secret: here.accounts.dash.password};
  };
  const host = here.host(here.accounts.dash, {port: server.port, ...system});
  const session = await way.open(host, slow, never);
  expect([await here.output(session, 'id -un'), asked]).toEqual([`${here.accounts.dash.name}\n`, 1]);
  expect(await server.log()).not.toMatch(/PAM: Authentication failure|Failed password/);
  session.close();
});

it('two hops are gone through, also where the login shell of this user takes brackets for a pattern', async () => {
  const [outer, inner] = [await here.start(`${here.key}.pub`), await here.start(`${here.key}.pub`)];
  await here.knowAll(here.sshd, outer, inner);
  const hop = ({port}: {port: number}): string => `${here.accounts.dash.name}@127.0.0.1:${port}`;
  const way = here.transport(await here.configure([` ProxyJump ${hop(outer)},${hop(inner)}`]));
  const before = {...process.env};
  Object.assign(process.env, {SHELL: '/bin/bash', BASHOPTS: 'failglob'});
  try {
    const session = await way.open(here.host(here.accounts.bash, system), asker().ask, never);
    expect(await here.output(session, 'id -un')).toBe(`${here.accounts.bash.name}\n`);
    session.close();
  } finally {
    process.env = before;
  }
  for (const server of [outer, inner]) expect(await server.log()).toContain('Accepted publickey');
});
