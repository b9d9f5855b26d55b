import {existsSync} from 'node:fs';
import {readdir, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, failure, never, script} from '../ssh/world.ts';
import {run} from './command.ts';

let here: RealWorld;
beforeAll(async () => {
  here = await makeRealWorld();
}, 60_000);
afterAll(() => here.remove(), 60_000);

describe('on a real sshd', () => {
  it.each(['bash', 'traced', 'dash'] as const)(
    'a script answers cleanly under the login shell of "%s", as user and as root',
    async name => {
      const account = here.accounts[name];
      const {ask, asked} = asker({secret: account.password});
      const session = await here.open(account, ask);
      expect(await here.output(session, 'id -un; cat')).toBe(`${account.name}\n`);
      expect(await here.output(session, 'id -u; cat', true)).toBe('0\n');
      expect(await session.run(script('echo trouble >&2; exit 4', true))).toMatchObject({
        exit: {code: 4},
        stderr: 'trouble\n',
      });
      expect(asked).toEqual([]);
    },
  );

  it('bytes arrive as they were sent, many of them', async () => {
    const session = await here.open(here.accounts.bash);
    const answer = await session.run(
      script('head -c 8000000 /dev/urandom > "$HOME/random"; cat "$HOME/random"'),
    );
    const random = await readFile(join(here.folder, here.accounts.bash.name, 'random'));
    expect(random.equals(answer.stdout)).toBe(true);
  });

  it('sudo gets its password once the person gave it, and it is in no argument and no environment', async () => {
    const account = here.accounts.asks;
    const {ask, asked} = asker({secret: account.password});
    const session = await here.open(account, ask);
    const marker = join(here.folder, 'root-runs');
    const running = session.run(
      script(`touch ${marker}; while [ -e ${marker} ]; do sleep 0.05; done; id -u`, true),
    );
    try {
      await expect.poll(() => existsSync(marker)).toBe(true);
      expect(await processesThatShow('PWREQ-')).not.toEqual([]);
      expect(await processesThatShow(account.password)).toEqual([]);
    } finally {
      await rm(marker, {force: true});
    }
    expect(Buffer.from((await running).stdout).toString()).toBe('0\n');
    expect(await here.output(session, 'id -u', true)).toBe('0\n');
    expect(asked).toHaveLength(1);
  });

  it('a wrong sudo password is one attempt', async () => {
    const account = here.accounts.asks;
    const session = await here.open(account, asker({secret: 'wrong horse'}).ask);
    const before = (await account.sudoLog()).split('incorrect password').length;
    const error = await failure(session.run(script('id -u', true)), 'wrong horse');
    expect(error.code).toBe('become.wrong-password');
    await expect
      .poll(async () =>
        (await account.sudoLog()).replace(/\s+/g, ' ').includes('1 incorrect password attempt'),
      )
      .toBe(true);
    expect((await account.sudoLog()).split('incorrect password').length).toBe(before + 1);
  });

  it('a user whom sudo does not know is told so', async () => {
    const session = await here.open(
      here.accounts.outsider,
      asker({secret: here.accounts.outsider.password}).ask,
    );
    expect((await failure(session.run(script('true', true)))).code).toBe('become.not-allowed');
  });

  it('an account without a shell is named, with what it says', async () => {
    const session = await here.open(here.accounts.nologin);
    const error = await failure(session.run(script('true')));
    expect([error.code, error.message]).toEqual(['ssh.shell', expect.stringContaining('not available')]);
  });

  it('a session that is killed on the host is lost, not failed', async () => {
    const session = await here.open(here.accounts.dash);
    const running = session.run(script('echo $PPID > "$HOME/parent"; sleep 60'));
    const file = join(here.folder, here.accounts.dash.name, 'parent');
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe('');
    await run('pkill', ['-KILL', '-u', here.accounts.dash.name, 'sshd']);
    expect((await running).exit).toBe('lost');
    await expect.poll(() => session.open).toBe(false);
  });
});

describe('many', () => {
  it('scripts at once on a host that allows two sessions all answer', async () => {
    const server = await here.start(`${here.key}.pub`, 'MaxSessions 2');
    await here.knowAll(server);
    const session = await here
      .transport(await here.configure([]))
      .open(here.host(here.accounts.dash, {port: server.port}), asker().ask, never);
    const answers = await Promise.all(
      Array.from({length: 8}, (_, index) => here.output(session, `sleep 0.1; echo ${index}`)),
    );
    expect(answers).toEqual(Array.from({length: 8}, (_, index) => `${index}\n`));
  });

  it('connections at once are not dropped by the MaxStartups of a usual sshd', async () => {
    await here.knowAll(here.sshd);
    const way = here.transport(await here.configure([]));
    const sessions = await Promise.all(
      Array.from({length: 40}, () => way.open(here.host(here.accounts.dash), asker().ask, never)),
    );
    expect(sessions.every(session => session.open)).toBe(true);
    for (const session of sessions) session.close();
  });

  it('hosts behind one jump host are reached over one connection to it', async () => {
    const gate = await here.start(`${here.key}.pub`);
    await here.knowAll(here.sshd, gate);
    const config = await here.configure([` ProxyJump ${here.accounts.dash.name}@127.0.0.1:${gate.port}`]);
    const way = here.transport(config);
    const sessions = await Promise.all(
      [1, 2, 3].map(() => way.open(here.host(here.accounts.bash), asker().ask, never)),
    );
    expect(await Promise.all(sessions.map(session => here.output(session, 'id -un')))).toEqual(
      [1, 2, 3].map(() => `${here.accounts.bash.name}\n`),
    );
    expect((await gate.log()).match(/Accepted publickey/g)).toHaveLength(1);
    for (const session of sessions) session.close();
  });

  it('a jump host that cannot reach the host says so', async () => {
    const gate = await here.start(`${here.key}.pub`);
    await here.knowAll(here.sshd, gate);
    const config = await here.configure([` ProxyJump ${here.accounts.dash.name}@127.0.0.1:${gate.port}`]);
    const error = await failure(
      here.transport(config).open(here.host(here.accounts.bash, {port: 1}), asker().ask, never),
    );
    expect(error.code).toBe('ssh.refused');
  });
});

/** Processes that have a text among their arguments or in their environment. */
const processesThatShow = async (text: string): Promise<string[]> => {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name) && name !== String(process.pid));
  const read = (id: string, file: string): Promise<string> =>
    readFile(`/proc/${id}/${file}`, 'latin1').catch(() => '');
  const shown = await Promise.all(
    ids.map(async id => (await read(id, 'cmdline')) + (await read(id, 'environ'))),
  );
  return ids.filter((_, index) => shown[index]?.includes(text));
};
