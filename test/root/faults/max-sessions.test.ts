import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, never} from '../../ssh/world.ts';

const real = realWorldOfFile();

const system = {transport: 'system'} as const;

describe("over the system's ssh", () => {
  it('more scripts at once than sshd allows sessions (MaxSessions 2) all answer', async () => {
    const server = await real.world.start(`${real.world.key}.pub`, 'MaxSessions 2');
    await real.world.knowAll(server);
    const way = real.world.transport(await real.world.configure([]));
    const session = await way.open(
      real.world.host(real.world.accounts.dash, {port: server.port, ...system}),
      asker().ask,
      never,
    );
    const answers = await Promise.all(
      Array.from({length: 8}, (_, index) => real.world.output(session, `sleep 0.1; echo ${index}`)),
    );
    expect(answers).toEqual(Array.from({length: 8}, (_, index) => `${index}\n`));
    session.close();
  });
});

describe('over ssh2', () => {
  it('more scripts at once than sshd allows sessions (MaxSessions 2) all answer', async () => {
    const server = await real.world.start(`${real.world.key}.pub`, 'MaxSessions 2');
    await real.world.knowAll(server);
    const session = await real.world
      .transport(await real.world.configure([]))
      .open(real.world.host(real.world.accounts.dash, {port: server.port}), asker().ask, never);
    const answers = await Promise.all(
      Array.from({length: 8}, (_, index) => real.world.output(session, `sleep 0.1; echo ${index}`)),
    );
    expect(answers).toEqual(Array.from({length: 8}, (_, index) => `${index}\n`));
  });
});
