import {copyFile, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, failure, never} from '../ssh/world.ts';
import {must, run} from '../lab/command.ts';
import {withAgent} from './with-agent.ts';

let here: RealWorld;
beforeAll(async () => {
  here = await makeRealWorld();
}, 60_000);
afterAll(() => here.remove(), 60_000);

describe('keys', () => {
  it.each([
    ['OpenSSH format', ['-t', 'ed25519']],
    ['PEM', ['-t', 'rsa', '-m', 'PEM']],
  ])('encrypted by ssh-keygen (%s) ask for their passphrase', async (format, args) => {
    const file = join(here.folder, `encrypted-${format.replace(' ', '')}`);
    await must('ssh-keygen', ['-q', ...args, '-N', 'open sesame', '-f', file]);
    await copyFile(`${file}.pub`, `${file}.authorized`);
    // OpenSSH's own format has the public half in the clear, so that it needs no file beside it.
    if (format === 'OpenSSH format') await rm(`${file}.pub`);
    const server = await here.start(`${file}.authorized`);
    await here.knowAll(server);
    const {ask, asked} = asker({secret: 'open sesame'});
    const config = await here.configure([` IdentityFile ${file}`, ' IdentitiesOnly yes']);
    const session = await here
      .transport(config)
      .open(here.host(here.accounts.bash, {port: server.port}), ask, never);
    expect(await here.output(session, 'id -un')).toBe(`${here.accounts.bash.name}\n`);
    expect(asked.map(question => 'prompt' in question && question.prompt)).toEqual([`passphrase of ${file}`]);
  });

  it('of an agent are used, the configured one alone with IdentitiesOnly', async () => {
    await withAgent(here.folder, async socket => {
      const others = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(makeOther));
      for (const other of others) await must('ssh-add', ['-q', other], {env: {SSH_AUTH_SOCK: socket}});
      await must('ssh-add', ['-q', here.key], {env: {SSH_AUTH_SOCK: socket}});
      await here.knowAll(here.sshd);
      const agent = ` IdentityAgent ${socket}`;
      const only = await here.configure([agent, ` IdentityFile ${here.key}`, ' IdentitiesOnly yes']);
      const session = await here
        .transport(only, true)
        .open(here.host(here.accounts.bash), asker().ask, never);
      expect(await here.output(session, 'id -un')).toBe(`${here.accounts.bash.name}\n`);
      // The usual entry names the key file too: it comes first, before the agent's other keys.
      const first = await here
        .transport(await here.configure([agent]), true)
        .open(here.host(here.accounts.bash), asker().ask, never);
      expect(first.open).toBe(true);
    });
  });

  it('whose private half is in the agent alone are used by the public one beside the name', async () => {
    await withAgent(here.folder, async socket => {
      const file = join(here.folder, 'in-agent');
      await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
      await must('ssh-add', ['-q', await makeOther(21), file], {env: {SSH_AUTH_SOCK: socket}});
      await rm(file);
      const server = await here.start(`${file}.pub`);
      await here.knowAll(server);
      for (const named of [file, `${file}.pub`]) {
        const lines = [` IdentityAgent ${socket}`, ` IdentityFile ${named}`, ' IdentitiesOnly yes'];
        const session = await here
          .transport(await here.configure(lines), true)
          .open(here.host(here.accounts.bash, {port: server.port}), asker().ask, never);
        expect(session.reach?.transport).toBe('ssh2');
        session.close();
      }
      // The agent's other key was not offered.
      expect(await server.log()).not.toContain('Failed publickey');
    });
  });

  it('too many of an agent are named as the reason', async () => {
    await withAgent(here.folder, async socket => {
      for (const other of await Promise.all([11, 12, 13, 14, 15, 16, 17].map(makeOther))) {
        await must('ssh-add', ['-q', other], {env: {SSH_AUTH_SOCK: socket}});
      }
      await here.knowAll(here.sshd);
      const file = await here.configure([` IdentityAgent ${socket}`, ' IdentityFile none']);
      await writeFile(file, (await readFile(file, 'utf8')).replace(`IdentityFile ${here.key}`, ''));
      const error = await failure(
        here.transport(file, true).open(here.host(here.accounts.bash), asker().ask, never),
      );
      expect([error.code, error.next]).toEqual([
        'ssh.authentication',
        expect.stringContaining('IdentitiesOnly'),
      ]);
    });
  });

  it('failing, the real password lets in, asked once; a wrong one is one attempt', async () => {
    const none = join(here.folder, 'nobody.pub');
    await writeFile(none, '');
    const server = await here.start(none);
    await here.knowAll(server);
    const way = here.transport(await here.configure([]));
    const host = here.host(here.accounts.bash, {port: server.port});
    const wrong = await failure(way.open(host, asker({secret: 'wrong horse'}).ask, never), 'wrong horse');
    expect(wrong.code).toBe('ssh.authentication');
    expect((await server.log()).match(/PAM: Authentication failure|Failed password/g)).toHaveLength(1);
    const {ask, asked} = asker({secret: here.accounts.bash.password});
    await way.open(host, ask, never);
    await way.open(host, ask, never);
    expect(asked).toHaveLength(1);
  });
});

describe('ssh_config', () => {
  it.each([
    ['passwords off', [' PasswordAuthentication no', ' KbdInteractiveAuthentication no']],
    ['PreferredAuthentications publickey', [' PreferredAuthentications publickey']],
    ['BatchMode yes', [' BatchMode yes']],
  ])('with %s no password is asked for, or sent', async (_, lines) => {
    const none = join(here.folder, 'nobody.pub');
    await writeFile(none, '');
    const server = await here.start(none);
    await here.knowAll(server);
    const {ask, asked} = asker({secret: here.accounts.bash.password});
    const host = here.host(here.accounts.bash, {port: server.port});
    const way = here.transport(await here.configure(lines));
    const error = await failure(way.open(host, ask, never), here.accounts.bash.password);
    expect([error.code, error.message, asked]).toEqual([
      'ssh.authentication',
      expect.stringContaining('ssh_config forbids keyboard-interactive and password'),
      [],
    ]);
    expect(await server.log()).not.toMatch(/Failed password|Accepted (password|keyboard)|PAM: Auth/);
  });
});

describe('a wrong password', () => {
  it('is tried on one host only, also where sshd hangs up on it', async () => {
    const none = join(here.folder, 'none.pub');
    await writeFile(none, '');
    const hosts = await Promise.all([1, 2].map(() => here.start(none, 'MaxAuthTries 2')));
    await here.knowAll(...hosts);
    const way = here.transport(await here.configure([]));
    const ports = hosts.map(host => host.port);
    const {ask, asked} = asker({secret: 'wrong horse'}, {secret: here.accounts.bash.password});
    const outcomes = await Promise.allSettled(
      ports.map((port, index) =>
        way.open(
          here.host(here.accounts.bash, {port, name: `target${index}`, address: 'target'}),
          ask,
          never,
        ),
      ),
    );
    expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    const logs = (await Promise.all(hosts.map(host => host.log()))).join('');
    expect([asked.length, logs.match(/PAM: Authentication failure|Failed password/g)?.length]).toEqual([
      2, 1,
    ]);
  });
});

describe('known hosts', () => {
  it('hashed by ssh-keygen are found', async () => {
    await here.knowAll(here.sshd);
    await must('ssh-keygen', ['-q', '-H', '-f', here.known]);
    const session = await here
      .transport(await here.configure([]))
      .open(here.host(here.accounts.bash), asker().ask, never);
    expect(session.open).toBe(true);
  });

  it.each(['yes', 'no'])('remembered by us (HashKnownHosts %s) satisfy a real ssh', async hash => {
    await writeFile(here.known, '');
    const config = await here.configure([` HashKnownHosts ${hash}`]);
    await here.transport(config).open(here.host(here.accounts.bash), asker('remember').ask, never);
    expect((await readFile(here.known, 'utf8')).startsWith('|1|')).toBe(hash === 'yes');
    const ssh = await run('ssh', [
      '-F',
      config,
      '-o',
      'StrictHostKeyChecking=yes',
      '-o',
      'BatchMode=yes',
      '-l',
      here.accounts.bash.name,
      'target',
      'id -un',
    ]);
    expect([ssh.code, ssh.stdout.includes(here.accounts.bash.name)]).toEqual([0, true]);
  });

  it('by the RSA key alone are not asked about though sshd has an Ed25519 key', async () => {
    const rsa = await readFile(join(here.folder, 'host_rsa.pub'), 'utf8');
    await writeFile(here.known, `[127.0.0.1]:${here.sshd.port} ${rsa}`);
    const session = await here
      .transport(await here.configure([]))
      .open(here.host(here.accounts.bash), asker().ask, never);
    const listed = await must('ssh-keygen', ['-lf', join(here.folder, 'host_rsa.pub')]);
    expect(listed).toContain(session.hostKey);
  });

  it('with StrictHostKeyChecking yes nobody is asked', async () => {
    await writeFile(here.known, '');
    const {ask, asked} = asker('once');
    const strict = await here.configure([' StrictHostKeyChecking yes']);
    const error = await failure(here.transport(strict).open(here.host(here.accounts.bash), ask, never));
    expect([error.code, asked]).toEqual(['ssh.host-key-unknown', []]);
  });
});

const makeOther = async (number: number): Promise<string> => {
  const file = join(here.folder, `other${number}`);
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return file;
};
