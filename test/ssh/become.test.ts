import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import type {Asker} from '../../src/model/question.ts';
import type {Session} from '../../src/ssh/session.ts';
import {fakeSudo} from './fake-sudo.ts';
import {realShell, startServer, type Exec, type TestServer} from './test-server.ts';
import {asker, failure, hostAt, makeWorld, never, script, until, type World} from './world.ts';

const right = 'right horse';
const wrong = 'wrong horse';
let world: World;
const servers: TestServer[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await world.remove();
});

type Opened = {session: Session; server: TestServer; tries: () => Promise<string[]>};
const start = async (
  mode: string,
  wrap = (command: string) => command,
  folder = 'one',
): Promise<[TestServer, string]> => {
  const {env, log} = await fakeSudo(join(world.folder, folder), mode);
  const exec: Exec = (command, channel, info) => realShell(env)(wrap(command), channel, info);
  const server = await startServer({exec});
  servers.push(server);
  return [server, log];
};
const open = async (
  mode: string,
  ask: Asker,
  host: Partial<Host> = {},
  wrap?: (command: string) => string,
): Promise<Opened> => {
  const [server, log] = await start(mode, wrap);
  await world.trust(server);
  const session = await world.transport().open(hostAt(server.port, host), ask, never);
  return {session, server, tries: () => triesIn(log)};
};
const triesIn = async (log: string): Promise<string[]> =>
  (await readFile(log, 'utf8')).split('\n').filter(line => line !== '');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const root = script('echo done', true);

describe('with sudo', () => {
  it('that wants no password, no password is asked for and none is ever sent', async () => {
    const {ask, asked} = asker({secret: right});
    const {session, server} = await open('nopasswd', ask);
    expect(text((await session.run(root)).stdout)).toBe('done\n');
    expect(asked).toEqual([]);
    const sent = server.received();
    expect(sent).toMatch(/^printf '%s\\n' BEGIN-[0-9a-f]{32}; /);
    expect(sent).not.toContain(right);
  });

  it.each(['password', 'lecture', 'sudo-rs'])(
    'that asks (%s), the password goes out once, after the prompt',
    async mode => {
      const {ask, asked} = asker({secret: right});
      const {session, server, tries} = await open(mode, ask);
      expect(text((await session.run(root)).stdout)).toBe('done\n');
      expect(asked).toEqual([
        {kind: 'secret', host: 'web1', what: 'become-password', prompt: 'sudo password of ops'},
      ]);
      expect(await tries()).toEqual([right]);
      expect(server.received().startsWith(`${right}\nprintf`)).toBe(true);
      expect(server.commands.join()).not.toContain(right);
    },
  );

  it('that asks each time, a person is asked once', async () => {
    const {ask, asked} = asker({secret: right});
    const {session} = await open('password', ask);
    const answers = await Promise.all([session.run(root), session.run(root), session.run(root)]);
    expect(answers.map(answer => text(answer.stdout))).toEqual(['done\n', 'done\n', 'done\n']);
    expect(asked).toHaveLength(1);
  });

  it('a wrong password is tried once, and not again when another script comes', async () => {
    const {ask, asked} = asker({secret: wrong}, {secret: wrong}, {secret: right});
    const {session, tries} = await open('password', ask);
    expect((await failure(session.run(root), wrong)).code).toBe('become.wrong-password');
    expect((await failure(session.run(root), wrong)).message).toContain('had been refused before');
    expect(await tries()).toEqual([wrong]);
    expect(text((await session.run(root)).stdout)).toBe('done\n');
    expect([asked.length, await tries()]).toEqual([3, [wrong, right]]);
  });

  it('four scripts at once try a wrong password once', async () => {
    const {ask, asked} = asker({secret: wrong});
    const {session, tries} = await open('password', ask);
    const runs = Array.from({length: 4}, () => failure(session.run(root), wrong));
    const codes = (await Promise.all(runs)).map(error => error.code).sort();
    expect(codes).toEqual(['become.needed', 'become.needed', 'become.needed', 'become.wrong-password']);
    expect([asked.length, await tries()]).toEqual([4, [wrong]]);
  });

  it('and nobody to ask, nothing is done', async () => {
    const {session, server} = await open('password', asker().ask);
    expect((await failure(session.run(root))).code).toBe('become.needed');
    expect(server.received()).toBe('');
  });

  it('a password of several lines is cut to the first: the rest would run as commands', async () => {
    const marker = join(world.folder, 'never');
    const {session, tries} = await open('password', asker({secret: `${right}\ntouch ${marker}`}).ask);
    expect(text((await session.run(root)).stdout)).toBe('done\n');
    expect([await tries(), existsSync(marker)]).toEqual([[right], false]);
  });

  it('a login shell that echoes its commands is not taken for a prompt', async () => {
    const {ask, asked} = asker({secret: right});
    const {session, server} = await open('nopasswd', ask, {}, command => `set -x; ${command}`);
    expect(text((await session.run(root)).stdout)).toBe('done\n');
    expect([asked, server.received().includes(right)]).toEqual([[], false]);
  });

  it.each(['code', 'code-first', 'pam-override', 'sudo-rs-code'])(
    'a second factor (%s) is asked for',
    async mode => {
      const {ask, asked} = asker(
        ...(mode === 'code-first'
          ? [{secret: '123456'}, {secret: right}]
          : [{secret: right}, {secret: '123456'}]),
      );
      const {session} = await open(mode, ask);
      expect(text((await session.run(root)).stdout)).toBe('done\n');
      expect(asked.map(question => 'what' in question && question.what).sort()).toEqual([
        'become-password',
        'one-time-code',
      ]);
    },
  );

  it.each(['pam-code', 'pam-code-once', 'pam-override', 'sudo-rs-code'])(
    'a second factor that was mistyped (%s) does not make the right password a refused one',
    async mode => {
      const answers = [right, '000000', right, '123456'].map(secret => ({secret}));
      const {ask, asked} = asker(...answers);
      const {session, tries} = await open(mode, ask);
      const error = await failure(session.run(root), right);
      expect([error.code, error.message]).toEqual([
        'become.wrong-code',
        expect.stringContaining('does not say which'),
      ]);
      expect(text((await session.run(root)).stdout)).toBe('done\n');
      expect([asked.length, await tries()]).toEqual([4, [right, '000000', right, '123456']]);
    },
  );

  it('that does not wait for a person is started again with the answer', async () => {
    const {env, log} = await fakeSudo(join(world.folder, 'impatient'), 'impatient');
    let runs = 0;
    const exec: Exec = (command, channel, info) =>
      realShell({...env, SUDO_MODE: (runs += 1) === 1 ? 'impatient' : 'password'})(command, channel, info);
    const server = await startServer({exec});
    servers.push(server);
    await world.trust(server);
    let asked = 0;
    const slow: Asker = async () => {
      asked += 1;
      await until(() => runs >= 1);
      await new Promise(resolve => setTimeout(resolve, 600));
      return {secret: right};
    };
    const session = await world.transport().open(hostAt(server.port), slow, never);
    expect(text((await session.run(root)).stdout)).toBe('done\n');
    expect([asked, await triesIn(log)]).toEqual([1, [right]]);
  });

  it.each([
    ['not-allowed', 'become.not-allowed', 'not in the sudoers'],
    ['requiretty', 'become.needs-tty', 'on a terminal only on web1, which gives none'],
    ['expired', 'become.password-expired', 'expired'],
  ])('%s has its own sentence', async (mode, code, said) => {
    const {session} = await open(mode, asker({secret: right}).ask);
    const error = await failure(session.run(root), right);
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(said)]);
  });

  it('that is not installed is named', async () => {
    const {session} = await open('nopasswd', asker().ask, {}, command =>
      command.replace('env LC_ALL=C sudo', 'env LC_ALL=C PATH=/nowhere sudo'),
    );
    expect((await failure(session.run(root))).code).toBe('become.missing');
  });
});

describe('root without sudo', () => {
  it('is not looked for by scripts that do not need it', async () => {
    const {session, server} = await open('requiretty', asker().ask);
    expect(text((await session.run(script('echo done'))).stdout)).toBe('done\n');
    expect(server.commands[0]).toMatch(
      /^env LC_ALL=C \/bin\/sh -c 'echo READY-[0-9a-f]{32}; exec \/bin\/sh -s'$/,
    );
  });

  it('is there when the user is root', async () => {
    const {session} = await open('requiretty', asker().ask, {user: 'root'});
    expect(text((await session.run(root)).stdout)).toBe('done\n');
  });

  it('cannot be had with become: none, and nothing is sent', async () => {
    const {session, server} = await open('nopasswd', asker().ask, {become: 'none'});
    expect((await failure(session.run(root))).code).toBe('become.none');
    expect(server.commands).toEqual([]);
  });

  it.each([
    ['doas: Authentication required', 'become.needs-tty'],
    ['doas: Authentication failed', 'become.wrong-password'],
    ['doas: Operation not permitted', 'become.not-allowed'],
    ["env: 'doas': No such file or directory", 'become.missing'],
  ])('doas that says "%s"', async (said, code) => {
    const {session, server} = await open(
      'nopasswd',
      asker().ask,
      {become: 'doas'},
      () => `echo "${said}" >&2; exit 1`,
    );
    expect((await failure(session.run(root))).code).toBe(code);
    expect(server.commands[0]).toContain('doas -n /bin/sh -c');
  });
});
