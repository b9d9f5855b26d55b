import {existsSync} from 'node:fs';
import {readdir, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../ssh/real-world-of-file.ts';
import {asker, failure, never, script} from '../ssh/world.ts';
import {run} from '../lab/command.ts';

const real = realWorldOfFile();

describe('on a real sshd', () => {
  it.each(['bash', 'traced', 'dash'] as const)(
    'a script answers cleanly under the login shell of "%s", as user and as root',
    async name => {
      const account = real.world.accounts[name];
      const {ask, asked} = asker({secret: account.password});
      const session = await real.world.open(account, ask);
      expect(await real.world.output(session, 'id -un; cat')).toBe(`${account.name}\n`);
      expect(await real.world.output(session, 'id -u; cat', true)).toBe('0\n');
      expect(await session.run(script('echo trouble >&2; exit 4', true))).toMatchObject({
        exit: {code: 4},
        stderr: 'trouble\n',
      });
      expect(asked).toEqual([]);
    },
  );

  it('bytes arrive as they were sent, many of them', async () => {
    const session = await real.world.open(real.world.accounts.bash);
    const answer = await session.run(
      script('head -c 8000000 /dev/urandom > "$HOME/random"; cat "$HOME/random"'),
    );
    const random = await readFile(join(real.world.folder, real.world.accounts.bash.name, 'random'));
    expect(random.equals(answer.stdout)).toBe(true);
  });

  it('sudo gets its password once the person gave it, and it is in no argument and no environment', async () => {
    const account = real.world.accounts.asks;
    const {ask, asked} = asker({secret: account.password});
    const session = await real.world.open(account, ask);
    const marker = join(real.world.folder, 'root-runs');
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
    expect(await real.world.output(session, 'id -u', true)).toBe('0\n');
    expect(asked).toHaveLength(1);
  });

  it('an account without a shell is named, with what it says', async () => {
    const session = await real.world.open(real.world.accounts.nologin);
    const error = await failure(session.run(script('true')));
    expect([error.code, error.message]).toEqual(['ssh.shell', expect.stringContaining('not available')]);
  });

  it('a session that is killed on the host is lost, not failed', async () => {
    const session = await real.world.open(real.world.accounts.dash);
    const running = session.run(script('echo $PPID > "$HOME/parent"; sleep 60'));
    const file = join(real.world.folder, real.world.accounts.dash.name, 'parent');
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe('');
    await run('pkill', ['-KILL', '-u', real.world.accounts.dash.name, 'sshd']);
    expect((await running).exit).toBe('lost');
    await expect.poll(() => session.open).toBe(false);
  });
});

describe('many', () => {
  it('hosts behind one jump host are reached over one connection to it', async () => {
    const gate = await real.world.start(`${real.world.key}.pub`);
    await real.world.knowAll(real.world.sshd, gate);
    const config = await real.world.configure([
      ` ProxyJump ${real.world.accounts.dash.name}@127.0.0.1:${gate.port}`,
    ]);
    const way = real.world.transport(config);
    const sessions = await Promise.all(
      [1, 2, 3].map(() => way.open(real.world.host(real.world.accounts.bash), asker().ask, never)),
    );
    expect(await Promise.all(sessions.map(session => real.world.output(session, 'id -un')))).toEqual(
      [1, 2, 3].map(() => `${real.world.accounts.bash.name}\n`),
    );
    expect((await gate.log()).match(/Accepted publickey/g)).toHaveLength(1);
    for (const session of sessions) session.close();
  });

  it('a jump host that cannot reach the host says so', async () => {
    const gate = await real.world.start(`${real.world.key}.pub`);
    await real.world.knowAll(real.world.sshd, gate);
    const config = await real.world.configure([
      ` ProxyJump ${real.world.accounts.dash.name}@127.0.0.1:${gate.port}`,
    ]);
    const error = await failure(
      real.world
        .transport(config)
        .open(real.world.host(real.world.accounts.bash, {port: 1}), asker().ask, never),
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
