import {describe, expect, it} from 'vitest';
import {realWorldOfFile} from '../../ssh/real-world-of-file.ts';
import {asker, failure, never} from '../../ssh/world.ts';

const real = realWorldOfFile();

describe("over the system's ssh", () => {
  it('a server of post-quantum key exchange alone, which ssh2 does not have, is reached, the second time at once', async () => {
    const server = await real.world.start(
      `${real.world.key}.pub`,
      'KexAlgorithms sntrup761x25519-sha512@openssh.com',
    );
    await real.world.knowAll(server);
    const way = real.world.transport(await real.world.configure([]));
    const host = real.world.host(real.world.accounts.dash, {port: server.port});
    for (let turn = 0; turn < 2; turn += 1) {
      const session = await way.open(host, asker().ask, never);
      expect(session.reach).toMatchObject({
        transport: 'system',
        because: 'ssh2 has no algorithm in common',
      });
      expect(await real.world.output(session, 'id -un')).toBe(`${real.world.accounts.dash.name}\n`);
      session.close();
    }
    expect((await server.log()).match(/Unable to negotiate/g)).toHaveLength(1);
    const forced = real.world.host(real.world.accounts.dash, {port: server.port, transport: 'ssh2'});
    expect((await failure(way.open(forced, asker().ask, never))).code).toBe('ssh.no-common-algorithm');
  });
});
