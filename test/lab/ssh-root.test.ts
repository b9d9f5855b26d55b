import {createHmac, randomBytes} from 'node:crypto';
import {mkdir, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {makeAccount, removeAccount, type Account} from '../ssh/real-sshd.ts';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, failure, never, script} from '../ssh/world.ts';
import type {Host} from '../../src/model/host.ts';
import type {Asker} from '../../src/model/question.ts';
import type {Session} from '../../src/ssh/session.ts';

let here: RealWorld;
const made: Account[] = [];
const account = async (options: Parameters<typeof makeAccount>[1]): Promise<Account> => {
  const one = await makeAccount(here.folder, options);
  made.push(one);
  return one;
};
const open = (one: {name: string}, ask: Asker, host: Partial<Host> = {}): Promise<Session> =>
  here.configure([]).then(config => {
    const way = here.transport(config);
    return way.open({...here.host(here.accounts.dash), user: one.name, ...host}, ask, never);
  });
beforeAll(async () => {
  here = await makeRealWorld();
  await here.knowAll(here.sshd);
}, 60_000);
afterAll(async () => {
  for (const one of made) await removeAccount(one);
  await here.remove();
}, 60_000);

const transports = ['ssh2', 'system'] as const;
const free = 'USER ALL=(ALL) NOPASSWD: ALL';

describe.each(transports)('on a terminal, where root is had in no other way (%s)', transport => {
  it('sudo with requiretty gives answers to the byte, with stderr apart', async () => {
    const one = await account({sudo: `Defaults:USER requiretty\n${free}`});
    const session = await open(one, asker().ask, {transport});
    const file = join(here.folder, `${one.name}.random`);
    const body = `head -c 300000 /dev/urandom | tee ${file}; echo trouble >&2; exit 4`;
    const answer = await session.run(script(body, true));
    const random = await readFile(file);
    expect([random.equals(answer.stdout), answer.stderr, answer.exit]).toEqual([
      true,
      'trouble\n',
      {code: 4},
    ]);
    // A text longer than a terminal's line, and characters that a terminal would act upon.
    const long = `printf %s '${'\u0003\u0004x'.repeat(4000)}' | wc -c; id -u; cat`;
    expect(await here.output(session, long, true)).toBe('12000\n0\n');
    session.close();
  });

  it.each([
    ['sudo', {sudo: 'Defaults:USER requiretty\nUSER ALL=(ALL) ALL'}],
    ['doas', {doas: 'permit USER as root'}],
  ] as const)('%s takes its password once its prompt stands, and shows it nowhere', async (become, rules) => {
    const one = await account(rules);
    const {ask, asked} = asker({secret: 'wrong horse'}, {secret: one.password});
    const session = await open(one, ask, {transport, become});
    const error = await failure(session.run(script('id -u', true)), 'wrong horse');
    expect(error.code).toBe('become.wrong-password');
    const answer = await session.run(script('id -u; ps -eo args', true));
    const shown = Buffer.from(answer.stdout).toString();
    expect(shown.startsWith('0\n')).toBe(true);
    expect(shown).not.toContain(one.password);
    expect(await here.output(session, 'id -u', true)).toBe('0\n');
    expect(asked.map(question => 'what' in question && question.what)).toEqual([
      'become-password',
      'become-password',
    ]);
    session.close();
  });
});

describe('root is had', () => {
  it('by doas without a password', async () => {
    const session = await open(await account({doas: 'permit nopass USER as root'}), asker().ask, {
      become: 'doas',
    });
    expect(await here.output(session, 'id -u; cat', true)).toBe('0\n');
    session.close();
  });

  it('by a login as root, whatever `become` says', async () => {
    const session = await open({name: 'root'}, asker().ask, {become: 'none'});
    expect(await here.output(session, 'id -u', true)).toBe('0\n');
    session.close();
  });

  it('not by doas for whom it does not know, and not with become: none', async () => {
    const one = await account({doas: 'deny USER as root'});
    const denied = await open(one, asker().ask, {become: 'doas'});
    expect((await failure(denied.run(script('true', true)))).code).toBe('become.not-allowed');
    const none = await open(one, asker().ask, {become: 'none'});
    expect((await failure(none.run(script('true', true)))).code).toBe('become.none');
    expect(await here.output(none, 'id -un')).toBe(`${one.name}\n`);
    for (const session of [denied, none]) session.close();
  });

  it('by sudo with a second factor of PAM; a mistyped code does not cost the password', async () => {
    const service = `patchdeck-${randomBytes(4).toString('hex')}`;
    const one = await account({sudo: `Defaults:USER pam_service=${service}\nUSER ALL=(ALL) ALL`});
    const secret = join(here.folder, `${one.name}.totp`);
    const key = randomBytes(20);
    await writeFile(secret, `${base32(key)}\n" TOTP_AUTH\n" WINDOW_SIZE 5\n`, {mode: 0o400});
    await writeFile(
      `/etc/pam.d/${service}`,
      `auth required pam_unix.so\nauth required pam_google_authenticator.so secret=${secret} user=root\naccount required pam_unix.so\n`,
    );
    try {
      let wrong = true;
      const asked: string[] = [];
      const ask: Asker = question => {
        if (question.kind !== 'secret') return Promise.resolve(null);
        asked.push(question.what);
        if (question.what === 'become-password') return Promise.resolve({secret: one.password});
        const code = wrong ? '000000' : totp(key, Date.now());
        wrong = false;
        return Promise.resolve({secret: code});
      };
      const session = await open(one, ask);
      expect((await failure(session.run(script('id -u', true)), one.password)).code).toBe(
        'become.wrong-code',
      );
      expect(await here.output(session, 'id -u', true)).toBe('0\n');
      expect(asked).toEqual(['become-password', 'one-time-code', 'become-password', 'one-time-code']);
      session.close();
    } finally {
      await rm(`/etc/pam.d/${service}`);
    }
  });
});

describe('a script answers cleanly, as user and as root, under the login shell of', () => {
  const noise = `echo 'Welcome'; printf 'no newline'\n`;
  it.each([
    ['fish', '/usr/bin/fish', {'.config/fish/config.fish': `${noise}echo oops >&2\n`}],
    ['tcsh', '/usr/bin/tcsh', {'.tcshrc': noise}],
    ['busybox', 'ash', {'.profile': noise}],
  ] as const)('%s', async (_, shell, files) => {
    const path = shell === 'ash' ? await busyboxShell() : shell;
    for (const sudo of [free, `Defaults:USER requiretty\n${free}`]) {
      const one = await account({shell: path, sudo, files});
      const session = await open(one, asker().ask);
      expect(await here.output(session, 'id -un; cat')).toBe(`${one.name}\n`);
      expect(await session.run(script('id -u; echo trouble >&2; exit 4', true))).toMatchObject({
        exit: {code: 4},
        stderr: 'trouble\n',
      });
      session.close();
    }
  });
});

/** busybox is the shell that it is called by. */
const busyboxShell = async (): Promise<string> => {
  const folder = join(here.folder, 'busybox');
  await mkdir(folder, {recursive: true});
  if (!(await readdir(folder)).includes('ash')) await symlink('/bin/busybox', join(folder, 'ash'));
  return join(folder, 'ash');
};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base32 = (bytes: Buffer): string =>
  [...bytes]
    .map(byte => byte.toString(2).padStart(8, '0'))
    .join('')
    .match(/.{5}/g)
    ?.map(five => alphabet[Number.parseInt(five, 2)])
    .join('') ?? '';

/** RFC 6238: six digits, SHA-1, 30 s. */
const totp = (key: Buffer, now: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
};
