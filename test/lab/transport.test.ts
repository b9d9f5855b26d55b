import {appendFile, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, failure, hostNamed, never, script} from '../ssh/world.ts';
import {must} from './command.ts';
import {withAgent} from './with-agent.ts';

const pipeText = `
const socket = require('node:net').connect(process.argv[3], process.argv[2]);
process.stdin.pipe(socket).pipe(process.stdout);
`;

let here: RealWorld;
beforeAll(async () => {
  here = await makeRealWorld();
}, 60_000);
afterAll(() => here.remove(), 60_000);

const system = {transport: 'system'} as const;

describe("over the system's ssh", () => {
  it('a host with a ProxyCommand is reached, which ssh2 alone refuses by name', async () => {
    await here.knowAll(here.sshd);
    const pipe = join(here.folder, 'pipe.cjs');
    await writeFile(pipe, pipeText);
    const config = await here.configure([` ProxyCommand ${process.execPath} ${pipe} %h %p`]);
    const way = here.transport(config);
    const session = await way.open(here.host(here.accounts.bash), asker().ask, never);
    expect(session.reach).toMatchObject({transport: 'system', because: 'target needs a ProxyCommand'});
    expect(await here.output(session, 'id -un; id -u >&2')).toBe(`${here.accounts.bash.name}\n`);
    expect(await here.output(session, 'id -u', true)).toBe('0\n');
    const listed = await must('ssh-keygen', ['-lf', join(here.folder, 'host_ed25519.pub')]);
    expect(listed).toContain(session.hostKey);
    session.close();
    await expect.poll(() => session.open).toBe(false);
    const forced = here.host(here.accounts.bash, {transport: 'ssh2'});
    expect((await failure(way.open(forced, asker().ask, never))).code).toBe('ssh.unsupported');
  });

  it.each(['bash', 'traced', 'dash'] as const)(
    'a script answers cleanly under the login shell of "%s"',
    async name => {
      await here.knowAll(here.sshd);
      const way = here.transport(await here.configure([]));
      const session = await way.open(here.host(here.accounts[name], system), asker().ask, never);
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

  it('more scripts at once than the host allows sessions all answer', async () => {
    const server = await here.start(`${here.key}.pub`, 'MaxSessions 2');
    await here.knowAll(server);
    const way = here.transport(await here.configure([]));
    const session = await way.open(
      here.host(here.accounts.dash, {port: server.port, ...system}),
      asker().ask,
      never,
    );
    const answers = await Promise.all(
      Array.from({length: 8}, (_, index) => here.output(session, `sleep 0.1; echo ${index}`)),
    );
    expect(answers).toEqual(Array.from({length: 8}, (_, index) => `${index}\n`));
    session.close();
  });

  it('an unknown host key is asked about by our own question, and remembered as told', async () => {
    await writeFile(here.known, '');
    const way = here.transport(await here.configure([]));
    const host = here.host(here.accounts.bash, system);
    const refused = await failure(way.open(host, asker('refuse').ask, never));
    expect(refused.code).toBe('ssh.host-key-unknown');
    const {ask, asked} = asker('once');
    (await way.open(host, ask, never)).close();
    const listed = await must('ssh-keygen', ['-lf', join(here.folder, 'host_ed25519.pub')]);
    expect(asked).toMatchObject([{kind: 'host-key', keyType: 'ssh-ed25519'}]);
    expect(listed).toContain(refused.message.match(/SHA256:\S+/)?.[0]);
    expect(await readFile(here.known, 'utf8')).toBe('');
    const other = here.transport(await here.configure([]));
    (await other.open(host, asker('remember').ask, never)).close();
    expect(await readFile(here.known, 'utf8')).toContain('ssh-ed25519');
    // Both transports share what was accepted.
    const {ask: second, asked: more} = asker('once');
    (await way.open(here.host(here.accounts.bash), second, never)).close();
    expect(more).toEqual([]);
  });

  it('a changed key is blocked without a question, and no other transport tries', async () => {
    const stranger = join(here.folder, 'stranger');
    await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    const line = `[127.0.0.1]:${here.sshd.port} ${await readFile(`${stranger}.pub`, 'utf8')}`;
    const config = await here.configure([]);
    for (const changes of [system, {}]) {
      await writeFile(here.known, line);
      const {ask, asked} = asker('remember');
      const error = await failure(
        here.transport(config).open(here.host(here.accounts.bash, changes), ask, never),
      );
      expect([error.code, asked]).toEqual(['ssh.host-key-changed', []]);
      expect(error.message).toContain(`${here.known}:1`);
    }
    await here.knowAll(here.sshd);
    const key = (await readFile(join(here.folder, 'host_ed25519.pub'), 'utf8')).trim();
    await appendFile(here.known, `@revoked * ${key}\n`);
    const oneType = await here.configure([' HostKeyAlgorithms ssh-ed25519']);
    const revoked = await failure(
      here.transport(oneType).open(here.host(here.accounts.bash, system), asker('once').ask, never),
    );
    expect(revoked.code).toBe('ssh.host-key-revoked');
  });

  it('a key of RevokedHostKeys is blocked, whatever known_hosts says; an unreadable list is said', async () => {
    await here.knowAll(here.sshd);
    const revoked = join(here.folder, 'revoked');
    const keys = ['ed25519', 'rsa'].map(type => readFile(join(here.folder, `host_${type}.pub`), 'utf8'));
    await writeFile(revoked, (await Promise.all(keys)).join(''));
    const way = here.transport(await here.configure([` RevokedHostKeys ${revoked}`]));
    const {ask, asked} = asker('remember');
    const error = await failure(way.open(here.host(here.accounts.bash), ask, never));
    expect([error.code, error.message, asked]).toEqual([
      'ssh.host-key-revoked',
      expect.stringContaining(`${revoked} revokes`),
      [],
    ]);
    const forced = here.host(here.accounts.bash, {transport: 'ssh2'});
    expect((await failure(way.open(forced, ask, never))).code).toBe('ssh.unsupported');
    const lost = here.transport(await here.configure([` RevokedHostKeys ${revoked}-gone`]));
    const unread = await failure(lost.open(here.host(here.accounts.bash), ask, never));
    expect([unread.code, unread.message]).toEqual([
      'ssh.unresolved',
      expect.stringContaining('RevokedHostKeys cannot be read'),
    ]);
  });

  it('a server of algorithms that ssh2 does not have is reached, the second time at once', async () => {
    const server = await here.start(`${here.key}.pub`, 'KexAlgorithms sntrup761x25519-sha512@openssh.com');
    await here.knowAll(server);
    const way = here.transport(await here.configure([]));
    const host = here.host(here.accounts.dash, {port: server.port});
    for (let turn = 0; turn < 2; turn += 1) {
      const session = await way.open(host, asker().ask, never);
      expect(session.reach).toMatchObject({
        transport: 'system',
        because: 'ssh2 has no algorithm in common',
      });
      expect(await here.output(session, 'id -un')).toBe(`${here.accounts.dash.name}\n`);
      session.close();
    }
    expect((await server.log()).match(/Unable to negotiate/g)).toHaveLength(1);
    const forced = here.host(here.accounts.dash, {port: server.port, transport: 'ssh2'});
    expect((await failure(way.open(forced, asker().ask, never))).code).toBe('ssh.no-common-algorithm');
  });

  it('user certificates and host certificates of an authority are used', async () => {
    const [authority, user] = [join(here.folder, 'authority'), join(here.folder, 'certified')];
    for (const file of [authority, user])
      await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const name = here.accounts.bash.name;
    await must('ssh-keygen', ['-q', '-s', authority, '-I', 'ops', '-n', name, `${user}.pub`]);
    const hostKey = join(here.folder, 'host_ed25519');
    await must('ssh-keygen', ['-q', '-s', authority, '-h', '-I', 'h', '-n', '127.0.0.1', `${hostKey}.pub`]);
    const server = await here.start(
      '/dev/null',
      `TrustedUserCAKeys ${authority}.pub\nHostCertificate ${hostKey}-cert.pub`,
    );
    const key = (await readFile(`${authority}.pub`, 'utf8')).trim();
    await writeFile(here.known, `@cert-authority [127.0.0.1]:* ${key}\n`);
    const config = await here.configure([` IdentityFile ${user}`, ' IdentitiesOnly yes']);
    const {ask, asked} = asker();
    const session = await here
      .transport(config)
      .open(here.host(here.accounts.bash, {port: server.port}), ask, never);
    expect([await here.output(session, 'id -un'), asked]).toEqual([`${name}\n`, []]);
    expect(session.reach?.because).toContain('a certificate');
    expect(await must('ssh-keygen', ['-lf', `${hostKey}.pub`])).toContain(session.hostKey);
    session.close();
    await rm(`${hostKey}-cert.pub`);
  });

  it('a certificate that only the agent has lets in, and nobody is asked for a password', async () => {
    const [authority, user] = [join(here.folder, 'signer'), join(here.folder, 'carried')];
    for (const file of [authority, user])
      await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const {name} = here.accounts.bash;
    await must('ssh-keygen', ['-q', '-s', authority, '-I', 'ops', '-n', name, `${user}.pub`]);
    const server = await here.start('/dev/null', `TrustedUserCAKeys ${authority}.pub`);
    await here.knowAll(server);
    await withAgent(here.folder, async socket => {
      await must('ssh-add', ['-q', user], {env: {SSH_AUTH_SOCK: socket}});
      for (const file of [user, `${user}.pub`, `${user}-cert.pub`]) await rm(file);
      const way = here.transport(await here.configure([` IdentityAgent ${socket}`]), true);
      const host = here.host(here.accounts.bash, {port: server.port});
      const {ask, asked} = asker();
      for (let turn = 0; turn < 2; turn += 1) {
        const session = await way.open(host, ask, never);
        expect([session.reach?.transport, await here.output(session, 'id -un')]).toEqual([
          'system',
          `${name}\n`,
        ]);
        session.close();
      }
      expect(asked).toEqual([]);
      // ssh2 alone makes do with what it has: then the password is asked for.
      const {ask: forced, asked: questions} = asker();
      await failure(way.open({...host, transport: 'ssh2'}, forced, never));
      expect(questions).toMatchObject([{what: 'ssh-password'}]);
    });
  });

  it('each hop is judged by its own key, and one connection to it serves all', async () => {
    const gate = await here.start(`${here.key}.pub`);
    await here.knowAll(here.sshd);
    const hop = `${here.accounts.dash.name}@127.0.0.1:${gate.port}`;
    const way = here.transport(await here.configure([` ProxyJump ${hop}`]));
    const host = here.host(here.accounts.bash, system);
    const error = await failure(way.open(host, asker('refuse').ask, never));
    expect([error.code, error.message]).toEqual([
      'ssh.host-key-unknown',
      expect.stringContaining('for its jump host'),
    ]);
    const {ask, asked} = asker('once', 'once', 'once');
    const sessions = await Promise.all([1, 2, 3].map(() => way.open(host, ask, never)));
    expect(asked).toHaveLength(1);
    for (const session of sessions) {
      expect(await here.output(session, 'id -un')).toBe(`${here.accounts.bash.name}\n`);
      session.close();
    }
    expect((await gate.log()).match(/Accepted publickey/g)).toHaveLength(1);
    const beyond = await failure(way.open({...host, port: 1}, asker('once').ask, never));
    expect(['ssh.unreachable', 'ssh.refused']).toContain(beyond.code);
  });

  it('a password and a passphrase go through our own questions: once, and no wrong one twice', async () => {
    const server = await here.start('/dev/null');
    await here.knowAll(server);
    const way = here.transport(await here.configure([]));
    const host = here.host(here.accounts.bash, {port: server.port, ...system});
    const wrong = await failure(way.open(host, asker({secret: 'wrong horse'}).ask, never), 'wrong horse');
    expect(wrong.message).toContain('the password is wrong');
    const again = await failure(way.open(host, asker({secret: 'wrong horse'}).ask, never), 'wrong horse');
    expect(again.message).toContain('was refused before');
    expect((await server.log()).match(/PAM: Authentication failure|Failed password/g)?.length).toBe(1);
    const {ask, asked} = asker({secret: here.accounts.bash.password});
    for (let turn = 0; turn < 2; turn += 1) (await way.open(host, ask, never)).close();
    expect(asked).toHaveLength(1);
    const nobody = await failure(here.transport(await here.configure([])).open(host, asker().ask, never));
    expect(nobody.code).toBe('ssh.authentication');
  });

  it.each([
    ['refused', {port: 1}, 'ssh.refused'],
    ['not let in', {user: 'nobody-here'}, 'ssh.authentication'],
  ])('a connection that is %s has the same code as with ssh2', async (_, changes, code) => {
    await here.knowAll(here.sshd);
    const way = here.transport(
      await here.configure([' PasswordAuthentication no', ' KbdInteractiveAuthentication no']),
    );
    for (const transport of ['ssh2', 'system'] as const) {
      const host = here.host(here.accounts.bash, {...changes, transport});
      expect((await failure(way.open(host, asker().ask, never))).code).toBe(code);
    }
  });

  it('a lost link is unknown', async () => {
    await here.knowAll(here.sshd);
    const way = here.transport(await here.configure([]));
    const session = await way.open(here.host(here.accounts.dash, system), asker().ask, never);
    const file = join(here.folder, here.accounts.dash.name, 'parent');
    const running = session.run(script('echo $PPID > "$HOME/parent"; sleep 60'));
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe('');
    await must('pkill', ['-KILL', '-u', here.accounts.dash.name, 'sshd']);
    expect((await running).exit).toBe('lost');
    await expect.poll(() => session.open).toBe(false);
  });
});

describe('local', () => {
  it('is the machine itself, without a link', async () => {
    await mkdir(here.folder, {recursive: true});
    const way = here.transport('none');
    const session = await way.open(hostNamed('here', {transport: 'local'}), asker().ask, never);
    expect([session.reach?.transport, await here.output(session, 'id -un', true)]).toEqual([
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
