import {appendFile, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, never} from '../../ssh/world.ts';
import {must} from '../../lab/command.ts';

const real = realWorldOfFile();

const system = {transport: 'system'} as const;

describe("over the system's ssh", () => {
  it('a changed key is blocked without a question, and no other transport tries', async () => {
    const stranger = join(real.world.folder, 'stranger');
    await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    const line = `[127.0.0.1]:${real.world.sshd.port} ${await readFile(`${stranger}.pub`, 'utf8')}`;
    const config = await real.world.configure([]);
    for (const changes of [system, {}]) {
      await writeFile(real.world.known, line);
      const {ask, asked} = asker('remember');
      const error = await failure(
        real.world.transport(config).open(real.world.host(real.world.accounts.bash, changes), ask, never),
      );
      expect([error.code, asked]).toEqual(['ssh.host-key-changed', []]);
      expect(error.message).toContain(`${real.world.known}:1`);
    }
    await real.world.knowAll(real.world.sshd);
    const key = (await readFile(join(real.world.folder, 'host_ed25519.pub'), 'utf8')).trim();
    await appendFile(real.world.known, `@revoked * ${key}\n`);
    const oneType = await real.world.configure([' HostKeyAlgorithms ssh-ed25519']);
    const revoked = await failure(
      real.world
        .transport(oneType)
        .open(real.world.host(real.world.accounts.bash, system), asker('once').ask, never),
    );
    expect(revoked.code).toBe('ssh.host-key-revoked');
  });
});
