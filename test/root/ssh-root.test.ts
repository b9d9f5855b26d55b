import {createHmac, randomBytes} from 'node:crypto';
import {rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../ssh/real-world-of-file.ts';
import {asker, failure, script} from '../ssh/world.ts';
import type {Asker} from '../../src/model/question.ts';

const real = realWorldOfFile();
const {account, openAs} = real;

describe('root is had', () => {
  it('by doas without a password', async () => {
    const session = await openAs(await account({doas: 'permit nopass USER as root'}), asker().ask, {
      become: 'doas',
    });
    expect(await real.world.output(session, 'id -u; cat', true)).toBe('0\n');
    session.close();
  });

  it('by a login as root, whatever `become` says', async () => {
    const session = await openAs({name: 'root'}, asker().ask, {become: 'none'});
    expect(await real.world.output(session, 'id -u', true)).toBe('0\n');
    session.close();
  });

  it('not by doas for whom it does not know, and not with become: none', async () => {
    const one = await account({doas: 'deny USER as root'});
    const denied = await openAs(one, asker().ask, {become: 'doas'});
    expect((await failure(denied.run(script('true', true)))).code).toBe('become.not-allowed');
    const none = await openAs(one, asker().ask, {become: 'none'});
    expect((await failure(none.run(script('true', true)))).code).toBe('become.none');
    expect(await real.world.output(none, 'id -un')).toBe(`${one.name}\n`);
    for (const session of [denied, none]) session.close();
  });

  it.each(['ssh2', 'system'] as const)(
    'by sudo with a second factor of PAM, for one code; a mistyped one does not cost the password (%s)',
    async transport => {
      const service = `patchdeck-${randomBytes(4).toString('hex')}`;
      const one = await account({sudo: `Defaults:USER pam_service=${service}\nUSER ALL=(ALL) ALL`});
      const secret = join(real.world.folder, `${one.name}.totp`);
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
        const session = await openAs(one, ask, {transport});
        expect((await failure(session.run(script('id -u', true)), one.password)).code).toBe(
          'become.wrong-code',
        );
        expect(await real.world.output(session, 'id -u', true)).toBe('0\n');
        // However many scripts there are, also at once.
        const output = (body: string): Promise<string> => real.world.output(session, body, true);
        const [many, plain, failed] = await Promise.all([
          output('head -c 200000 /dev/zero | tr "\\0" x; cat'),
          real.world.output(session, 'id -un'),
          session.run(script('cd /; umask 077; sleep 1 & echo trouble >&2; exit 4', true)),
        ]);
        expect([many.length, plain]).toEqual([200_000, `${one.name}\n`]);
        expect(failed).toMatchObject({exit: {code: 4}, stderr: 'trouble\n'});
        expect(await output('echo "$(umask) $(id -u)"')).toBe('0022 0\n');
        expect(asked).toEqual(['become-password', 'one-time-code', 'become-password', 'one-time-code']);
        // What cost a code is kept for the stages that follow.
        expect(session.byCode).toBe(true);
        // A script that does not end in time takes the shell with it: root costs a code again.
        const late = await failure(session.run(script('sleep 3', true), {deadlineMs: 300}));
        expect(late.code).toBe('host.deadline');
        expect([await output('id -u'), asked.length]).toEqual(['0\n', 5]);
        session.close();
      } finally {
        await rm(`/etc/pam.d/${service}`);
      }
    },
  );
});

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
