import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Asker} from '../../src/model/question.ts';
import {fakeSudo} from './fake-sudo.ts';
import {serversForEach} from './servers.ts';
import {openWithSudo, right, root, textOf, triesIn} from './sudo-host.ts';
import {realShell, type Exec} from './test-server.ts';
import {asker, failure, hostAt, never, script, until} from './world.ts';

const here = serversForEach();

describe('with sudo', () => {
  it.each(['password', 'lecture', 'sudo-rs'])(
    'that asks (%s), the password goes out once, after the prompt',
    async mode => {
      const {ask, asked} = asker({secret: right});
      const {session, server, tries} = await openWithSudo(here, mode, ask);
      expect(textOf((await session.run(root)).stdout)).toBe('done\n');
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
    const {session} = await openWithSudo(here, 'password', ask);
    const answers = await Promise.all([session.run(root), session.run(root), session.run(root)]);
    expect(answers.map(answer => textOf(answer.stdout))).toEqual(['done\n', 'done\n', 'done\n']);
    expect(asked).toHaveLength(1);
  });

  it('and nobody to ask, nothing is done', async () => {
    const {session, server} = await openWithSudo(here, 'password', asker().ask);
    expect((await failure(session.run(root))).code).toBe('become.needed');
    expect(server.received()).toBe('');
  });

  it('a password of several lines is cut to the first: the rest would run as commands', async () => {
    const marker = join(here.world.folder, 'never');
    const {session, tries} = await openWithSudo(
      here,
      'password',
      asker({secret: `${right}\ntouch ${marker}`}).ask,
    );
    expect(textOf((await session.run(root)).stdout)).toBe('done\n');
    expect([await tries(), existsSync(marker)]).toEqual([[right], false]);
  });

  it('a login shell that echoes its commands is not taken for a prompt', async () => {
    const {ask, asked} = asker({secret: right});
    const {session, server} = await openWithSudo(here, 'nopasswd', ask, {}, command => `set -x; ${command}`);
    expect(textOf((await session.run(root)).stdout)).toBe('done\n');
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
      const {session} = await openWithSudo(here, mode, ask);
      expect(textOf((await session.run(root)).stdout)).toBe('done\n');
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
      const {session, tries} = await openWithSudo(here, mode, ask);
      const error = await failure(session.run(root), right);
      expect([error.code, error.message]).toEqual([
        'become.wrong-code',
        expect.stringContaining('does not say which'),
      ]);
      expect(textOf((await session.run(root)).stdout)).toBe('done\n');
      expect([asked.length, await tries()]).toEqual([4, [right, '000000', right, '123456']]);
    },
  );

  it('that does not wait for a person is started again with the answer', async () => {
    const {env, log} = await fakeSudo(join(here.world.folder, 'impatient'), 'impatient');
    let runs = 0;
    const exec: Exec = (command, channel, info) =>
      realShell({...env, SUDO_MODE: (runs += 1) === 1 ? 'impatient' : 'password'})(command, channel, info);
    const server = await here.start({exec});
    await here.world.trust(server);
    let asked = 0;
    const slow: Asker = async () => {
      asked += 1;
      await until(() => runs >= 1);
      await new Promise(resolve => setTimeout(resolve, 600));
      return {secret: right};
    };
    const session = await here.world.transport().open(hostAt(server.port), slow, never);
    expect(textOf((await session.run(root)).stdout)).toBe('done\n');
    expect([asked, await triesIn(log)]).toEqual([1, [right]]);
  });

  it.each([['expired', 'become.password-expired', 'expired']])(
    '%s has its own sentence',
    async (mode, code, said) => {
      const {session} = await openWithSudo(here, mode, asker({secret: right}).ask);
      const error = await failure(session.run(root), right);
      expect([error.code, error.message]).toEqual([code, expect.stringContaining(said)]);
    },
  );

  it('that is not installed is named', async () => {
    const {session} = await openWithSudo(here, 'nopasswd', asker().ask, {}, command =>
      command.replace('env LC_ALL=C sudo', 'env LC_ALL=C PATH=/nowhere sudo'),
    );
    expect((await failure(session.run(root))).code).toBe('become.missing');
  });
});

describe('root without sudo', () => {
  it('is not looked for by scripts that do not need it', async () => {
    const {session, server} = await openWithSudo(here, 'requiretty', asker().ask);
    expect(textOf((await session.run(script('echo done'))).stdout)).toBe('done\n');
    expect(server.commands[0]).toMatch(
      /^env LC_ALL=C \/bin\/sh -c 'echo READY-[0-9a-f]{32}; exec \/bin\/sh -s'$/,
    );
  });

  it('is there when the user is root', async () => {
    const {session} = await openWithSudo(here, 'requiretty', asker().ask, {user: 'root'});
    expect(textOf((await session.run(root)).stdout)).toBe('done\n');
  });

  it('cannot be had with become: none, and nothing is sent', async () => {
    const {session, server} = await openWithSudo(here, 'nopasswd', asker().ask, {become: 'none'});
    expect((await failure(session.run(root))).code).toBe('become.none');
    expect(server.commands).toEqual([]);
  });

  it.each([
    ['doas: Authentication required', 'become.needs-tty'],
    ['doas: Authentication failed', 'become.wrong-password'],
    ['doas: Operation not permitted', 'become.not-allowed'],
    ["env: 'doas': No such file or directory", 'become.missing'],
  ])('doas that says "%s"', async (said, code) => {
    const {session, server} = await openWithSudo(
      here,
      'nopasswd',
      asker().ask,
      {become: 'doas'},
      () => `echo "${said}" >&2; exit 1`,
    );
    expect((await failure(session.run(root))).code).toBe(code);
    expect(server.commands[0]).toContain('doas -n /bin/sh -c');
  });
});
