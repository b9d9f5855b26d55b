import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, never} from '../../ssh/world.ts';

const real = realWorldOfFile();

describe("over the system's ssh", () => {
  it('a key of RevokedHostKeys is blocked, whatever known_hosts says; an unreadable list is said', async () => {
    await real.world.knowAll(real.world.sshd);
    const revoked = join(real.world.folder, 'revoked');
    const keys = ['ed25519', 'rsa'].map(type =>
      readFile(join(real.world.folder, `host_${type}.pub`), 'utf8'),
    );
    await writeFile(revoked, (await Promise.all(keys)).join(''));
    const way = real.world.transport(await real.world.configure([` RevokedHostKeys ${revoked}`]));
    const {ask, asked} = asker('remember');
    const error = await failure(way.open(real.world.host(real.world.accounts.bash), ask, never));
    expect([error.code, error.message, asked]).toEqual([
      'ssh.host-key-revoked',
      expect.stringContaining(`${revoked} revokes`),
      [],
    ]);
    const forced = real.world.host(real.world.accounts.bash, {transport: 'ssh2'});
    expect((await failure(way.open(forced, ask, never))).code).toBe('ssh.unsupported');
    const lost = real.world.transport(await real.world.configure([` RevokedHostKeys ${revoked}-gone`]));
    const unread = await failure(lost.open(real.world.host(real.world.accounts.bash), ask, never));
    expect([unread.code, unread.message]).toEqual([
      'ssh.unresolved',
      expect.stringContaining('RevokedHostKeys cannot be read'),
    ]);
  });
});
