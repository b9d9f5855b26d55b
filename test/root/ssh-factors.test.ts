import {randomBytes, randomInt} from 'node:crypto';
import {rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {startSshd, type RealSshd} from '../ssh/real-sshd.ts';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, failure, never} from '../ssh/world.ts';
import {must} from '../lab/command.ts';

let here: RealWorld;
beforeAll(async () => {
  here = await makeRealWorld();
}, 60_000);
afterAll(() => here.remove(), 60_000);

const prompts = (asked: readonly object[]): unknown[] =>
  asked.map(question => 'prompt' in question && question.prompt);

describe.each(['ssh2', 'system'] as const)('a one-time code of PAM (%s)', transport => {
  const service = `patchdeck-${randomBytes(4).toString('hex')}`;
  const codes = Array.from({length: 3}, () => String(randomInt(10_000_000, 99_999_999)));
  const servers: RealSshd[] = [];
  const start = async (rules: string): Promise<RealSshd> => {
    const program = join(here.folder, service);
    await symlink('/usr/sbin/sshd', program).catch(() => undefined);
    const server = await startSshd(here.folder, `${here.key}.pub`, rules, {program});
    servers.push(server);
    return server;
  };
  beforeAll(async () => {
    const [secret, words] = [join(here.folder, `${service}.totp`), join(here.folder, `${service}.words`)];
    await writeFile(secret, `JBSWY3DPEHPK3PXP\n" TOTP_AUTH\n${codes.join('\n')}\n`, {mode: 0o400});
    await writeFile(words, 'Example Corp, second step\n');
    await writeFile(
      `/etc/pam.d/${service}`,
      `auth optional pam_echo.so file=${words}\nauth required pam_google_authenticator.so secret=${secret} user=root\naccount required pam_unix.so\nsession required pam_permit.so\n`,
    );
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await rm(`/etc/pam.d/${service}`, {force: true});
  });

  it('goes after the key where sshd wants both, and is asked for with the words of who asks', async () => {
    const server = await start('AuthenticationMethods publickey,keyboard-interactive');
    await here.knowAll(server);
    const {ask, asked} = asker({secret: codes[0] ?? ''});
    const host = here.host(here.accounts.dash, {port: server.port, transport});
    const session = await here.transport(await here.configure([])).open(host, ask, never);
    expect(session.reach?.transport).toBe(transport);
    // However many scripts: it is the login's.
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await here.output(session, 'id -un')).toBe(`${here.accounts.dash.name}\n`);
    }
    expect(asked).toMatchObject([{kind: 'secret', what: 'one-time-code', host: 'target'}]);
    expect(prompts(asked)).toEqual([
      expect.stringMatching(/Example Corp, second step.*Verification code:$/) as unknown,
    ]);
    // What cost a code is kept for the stages that follow.
    expect(session.byCode).toBe(true);
    session.close();
  });

  it('that is wrong is no reason to ask for a password, and is said', async () => {
    const server = await start('AuthenticationMethods keyboard-interactive\nMaxAuthTries 1');
    await here.knowAll(server);
    const {ask, asked} = asker({secret: '00000001'});
    const host = here.host(here.accounts.dash, {port: server.port, transport});
    const error = await failure(here.transport(await here.configure([])).open(host, ask, never), '00000001');
    expect(error.code).toBe('ssh.authentication');
    expect(asked).toMatchObject([{what: 'one-time-code'}]);
  });
});

describe('a PKCS#11 token', () => {
  const provider = '/usr/lib/softhsm/libsofthsm2.so';
  const pin = String(randomInt(100_000, 999_999));
  let publicKey: string;
  const before = process.env['SOFTHSM2_CONF'];
  beforeAll(async () => {
    const [folder, conf] = [join(here.folder, 'tokens'), join(here.folder, 'softhsm2.conf')];
    await must('mkdir', ['-p', folder]);
    await writeFile(
      conf,
      `directories.tokendir = ${folder}\nobjectstore.backend = file\nlog.level = ERROR\n`,
    );
    process.env['SOFTHSM2_CONF'] = conf;
    const key = join(here.folder, 'token-key');
    await must('ssh-keygen', ['-q', '-t', 'rsa', '-m', 'PKCS8', '-N', '', '-f', key]);
    const token = ['--token', 'ops token', '--pin', pin];
    await must('softhsm2-util', [
      '--init-token',
      '--free',
      '--label',
      'ops token',
      '--so-pin',
      pin,
      '--pin',
      pin,
    ]);
    await must('softhsm2-util', ['--import', key, ...token, '--label', 'ops key', '--id', '01']);
    // From here on the private half is in the token alone.
    await rm(key);
    publicKey = `${key}.pub`;
  });
  afterAll(() => {
    if (before === undefined) delete process.env['SOFTHSM2_CONF'];
    else process.env['SOFTHSM2_CONF'] = before;
  });

  it("logs in over the system's ssh, its PIN asked for once by our own question", async () => {
    const [one, two] = [await here.start(publicKey), await here.start(publicKey)];
    await here.knowAll(one, two);
    const config = await here.configure([` PKCS11Provider ${provider}`, ' IdentityFile none']);
    const way = here.transport(config);
    const {ask, asked} = asker({secret: pin});
    for (const {port} of [one, two]) {
      const host = here.host(here.accounts.dash, {port, name: `host${port}`, address: 'target'});
      const session = await way.open(host, ask, never);
      expect(session.reach).toMatchObject({
        transport: 'system',
        because: expect.stringContaining('a PKCS#11 token') as unknown,
      });
      expect(await here.output(session, 'id -un')).toBe(`${here.accounts.dash.name}\n`);
      session.close();
    }
    expect(asked).toMatchObject([
      {kind: 'secret', what: 'key-passphrase', prompt: expect.stringMatching(/PIN.*ops token/) as unknown},
    ]);
    await way.close();
  });

  it('with a wrong PIN lets nobody in, and the PIN is tried once: a token locks itself', async () => {
    const server = await here.start(publicKey);
    await here.knowAll(server);
    const lines = [
      ` PKCS11Provider ${provider}`,
      ' IdentityFile none',
      ' PreferredAuthentications publickey',
    ];
    const way = here.transport(await here.configure(lines));
    const host = here.host(here.accounts.dash, {port: server.port});
    const {ask, asked} = asker({secret: '000000'}, {secret: pin});
    const error = await failure(way.open(host, ask, never), '000000');
    expect([error.code, asked.length]).toEqual(['ssh.authentication', 1]);
    (await way.open(host, ask, never)).close();
    expect(asked).toHaveLength(2);
    await way.close();
  });
});
