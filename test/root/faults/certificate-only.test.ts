import {readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, never} from '../../ssh/world.ts';
import {must} from '../../lab/command.ts';
import {withAgent} from '../with-agent.ts';

const real = realWorldOfFile();

describe("over the system's ssh", () => {
  it('a host that lets in user certificates alone is reached, and its own host certificate is believed', async () => {
    const [authority, user] = [join(real.world.folder, 'authority'), join(real.world.folder, 'certified')];
    for (const file of [authority, user])
      await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const name = real.world.accounts.bash.name;
    await must('ssh-keygen', ['-q', '-s', authority, '-I', 'ops', '-n', name, `${user}.pub`]);
    const hostKey = join(real.world.folder, 'host_ed25519');
    await must('ssh-keygen', ['-q', '-s', authority, '-h', '-I', 'h', '-n', '127.0.0.1', `${hostKey}.pub`]);
    const server = await real.world.start(
      '/dev/null',
      `TrustedUserCAKeys ${authority}.pub\nHostCertificate ${hostKey}-cert.pub`,
    );
    const key = (await readFile(`${authority}.pub`, 'utf8')).trim();
    await writeFile(real.world.known, `@cert-authority [127.0.0.1]:* ${key}\n`);
    const config = await real.world.configure([` IdentityFile ${user}`, ' IdentitiesOnly yes']);
    const {ask, asked} = asker();
    const session = await real.world
      .transport(config)
      .open(real.world.host(real.world.accounts.bash, {port: server.port}), ask, never);
    expect([await real.world.output(session, 'id -un'), asked]).toEqual([`${name}\n`, []]);
    expect(session.reach?.because).toContain('a certificate');
    expect(await must('ssh-keygen', ['-lf', `${hostKey}.pub`])).toContain(session.hostKey);
    session.close();
    await rm(`${hostKey}-cert.pub`);
  });

  it('a certificate that only the agent has lets in, and nobody is asked for a password', async () => {
    const [authority, user] = [join(real.world.folder, 'signer'), join(real.world.folder, 'carried')];
    for (const file of [authority, user])
      await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const {name} = real.world.accounts.bash;
    await must('ssh-keygen', ['-q', '-s', authority, '-I', 'ops', '-n', name, `${user}.pub`]);
    const server = await real.world.start('/dev/null', `TrustedUserCAKeys ${authority}.pub`);
    await real.world.knowAll(server);
    await withAgent(real.world.folder, async socket => {
      await must('ssh-add', ['-q', user], {env: {SSH_AUTH_SOCK: socket}});
      for (const file of [user, `${user}.pub`, `${user}-cert.pub`]) await rm(file);
      const way = real.world.transport(await real.world.configure([` IdentityAgent ${socket}`]), true);
      const host = real.world.host(real.world.accounts.bash, {port: server.port});
      const {ask, asked} = asker();
      for (let turn = 0; turn < 2; turn += 1) {
        const session = await way.open(host, ask, never);
        expect([session.reach?.transport, await real.world.output(session, 'id -un')]).toEqual([
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
});
