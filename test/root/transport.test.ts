import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../ssh/real-world-of-file.ts';
import {asker, failure, hostNamed, never, script} from '../ssh/world.ts';
import {must} from '../lab/command.ts';

const pipeText = `
const socket = require('node:net').connect(process.argv[3], process.argv[2]);
process.stdin.pipe(socket).pipe(process.stdout);
`;

const real = realWorldOfFile();

const system = {transport: 'system'} as const;

describe("over the system's ssh", () => {
  it('a host with a ProxyCommand is reached, which ssh2 alone refuses by name', async () => {
    await real.world.knowAll(real.world.sshd);
    const pipe = join(real.world.folder, 'pipe.cjs');
    await writeFile(pipe, pipeText);
    const config = await real.world.configure([` ProxyCommand ${process.execPath} ${pipe} %h %p`]);
    const way = real.world.transport(config);
    const session = await way.open(real.world.host(real.world.accounts.bash), asker().ask, never);
    expect(session.reach).toMatchObject({transport: 'system', because: 'target needs a ProxyCommand'});
    expect(await real.world.output(session, 'id -un; id -u >&2')).toBe(`${real.world.accounts.bash.name}\n`);
    expect(await real.world.output(session, 'id -u', true)).toBe('0\n');
    const listed = await must('ssh-keygen', ['-lf', join(real.world.folder, 'host_ed25519.pub')]);
    expect(listed).toContain(session.hostKey);
    session.close();
    await expect.poll(() => session.open).toBe(false);
    const forced = real.world.host(real.world.accounts.bash, {transport: 'ssh2'});
    expect((await failure(way.open(forced, asker().ask, never))).code).toBe('ssh.unsupported');
  });

  it.each(['bash', 'traced', 'dash'] as const)(
    'a script answers cleanly under the login shell of "%s"',
    async name => {
      await real.world.knowAll(real.world.sshd);
      const way = real.world.transport(await real.world.configure([]));
      const session = await way.open(real.world.host(real.world.accounts[name], system), asker().ask, never);
      expect(await session.run(script('echo trouble >&2; exit 4', true))).toMatchObject({
        exit: {code: 4},
        stderr: 'trouble\n',
      });
      const bytes = await session.run(script('head -c 3000000 /dev/zero'));
      expect(bytes.stdout.length).toBe(3_000_000);
      expect((await failure(session.run(script('cat /dev/zero'), {maxBytes: 1000}))).code).toBe(
        'host.too-much-output',
      );
      expect((await failure(session.run(script('sleep 9'), {deadlineMs: 300}))).code).toBe('host.deadline');
      session.close();
    },
  );

  it('each hop is judged by its own key, and one connection to it serves all', async () => {
    const gate = await real.world.start(`${real.world.key}.pub`);
    await real.world.knowAll(real.world.sshd);
    const hop = `${real.world.accounts.dash.name}@127.0.0.1:${gate.port}`;
    const way = real.world.transport(await real.world.configure([` ProxyJump ${hop}`]));
    const host = real.world.host(real.world.accounts.bash, system);
    const error = await failure(way.open(host, asker('refuse').ask, never));
    expect([error.code, error.message]).toEqual([
      'ssh.host-key-unknown',
      expect.stringContaining('for its jump host'),
    ]);
    const {ask, asked} = asker('once', 'once', 'once');
    const sessions = await Promise.all([1, 2, 3].map(() => way.open(host, ask, never)));
    expect(asked).toHaveLength(1);
    for (const session of sessions) {
      expect(await real.world.output(session, 'id -un')).toBe(`${real.world.accounts.bash.name}\n`);
      session.close();
    }
    expect((await gate.log()).match(/Accepted publickey/g)).toHaveLength(1);
    const beyond = await failure(way.open({...host, port: 1}, asker('once').ask, never));
    expect(['ssh.unreachable', 'ssh.refused']).toContain(beyond.code);
  });

  it('a password and a passphrase go through our own questions: once, and no wrong one twice', async () => {
    const server = await real.world.start('/dev/null');
    await real.world.knowAll(server);
    const way = real.world.transport(await real.world.configure([]));
    const host = real.world.host(real.world.accounts.bash, {port: server.port, ...system});
    const wrong = await failure(way.open(host, asker({secret: 'wrong horse'}).ask, never), 'wrong horse');
    expect(wrong.message).toContain('the password is wrong');
    const again = await failure(way.open(host, asker({secret: 'wrong horse'}).ask, never), 'wrong horse');
    expect(again.message).toContain('was refused before');
    expect((await server.log()).match(/PAM: Authentication failure|Failed password/g)?.length).toBe(1);
    const {ask, asked} = asker({secret: real.world.accounts.bash.password});
    for (let turn = 0; turn < 2; turn += 1) (await way.open(host, ask, never)).close();
    expect(asked).toHaveLength(1);
    const nobody = await failure(
      real.world.transport(await real.world.configure([])).open(host, asker().ask, never),
    );
    expect(nobody.code).toBe('ssh.authentication');
  });

  it.each([
    ['refused', {port: 1}, 'ssh.refused'],
    ['not let in', {user: 'nobody-here'}, 'ssh.authentication'],
  ])('a connection that is %s has the same code as with ssh2', async (_, changes, code) => {
    await real.world.knowAll(real.world.sshd);
    const way = real.world.transport(
      await real.world.configure([' PasswordAuthentication no', ' KbdInteractiveAuthentication no']),
    );
    for (const transport of ['ssh2', 'system'] as const) {
      const host = real.world.host(real.world.accounts.bash, {...changes, transport});
      expect((await failure(way.open(host, asker().ask, never))).code).toBe(code);
    }
  });

  it('a lost link is unknown', async () => {
    await real.world.knowAll(real.world.sshd);
    const way = real.world.transport(await real.world.configure([]));
    const session = await way.open(real.world.host(real.world.accounts.dash, system), asker().ask, never);
    const file = join(real.world.folder, real.world.accounts.dash.name, 'parent');
    const running = session.run(script('echo $PPID > "$HOME/parent"; sleep 60'));
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe('');
    await must('pkill', ['-KILL', '-u', real.world.accounts.dash.name, 'sshd']);
    expect((await running).exit).toBe('lost');
    await expect.poll(() => session.open).toBe(false);
  });
});

describe('local', () => {
  it('is the machine itself, without a link', async () => {
    await mkdir(real.world.folder, {recursive: true});
    const way = real.world.transport('none');
    const session = await way.open(hostNamed('here', {transport: 'local'}), asker().ask, never);
    expect([session.reach?.transport, await real.world.output(session, 'id -un', true)]).toEqual([
      'local',
      `${userInfo().username}\n`,
    ]);
    expect(await session.run(script('echo trouble >&2; exit 4'))).toMatchObject({
      exit: {code: 4},
      stderr: 'trouble\n',
    });
    session.close();
    expect(session.open).toBe(false);
  });
});
