import {readFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {asker, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {start} = here;

describe('the key of a host', () => {
  it('that is not known is shown and asked about; "once" holds while the console runs and writes nothing', async () => {
    const server = await start();
    const {ask, asked} = asker('once');
    const transport = here.world.transport();
    const session = await transport.open(hostAt(server.port), ask, never);
    expect(session.hostKey).toBe(server.fingerprints[0]);
    expect(asked).toEqual([
      {
        kind: 'host-key',
        host: 'web1',
        address: `127.0.0.1:${server.port}`,
        keyType: 'ssh-ed25519',
        fingerprint: server.fingerprints[0],
      },
    ]);
    await transport.open(hostAt(server.port), ask, never);
    expect(asked).toHaveLength(1);
    await expect(readFile(here.world.knownHosts)).rejects.toThrow('ENOENT');
  });

  it('is remembered only when told, and then known to the next console', async () => {
    const server = await start();
    await here.world.transport().open(hostAt(server.port), asker('remember').ask, never);
    expect(await readFile(here.world.knownHosts, 'utf8')).toBe(
      `[127.0.0.1]:${server.port} ${server.keyLines[0] ?? ''}\n`,
    );
    const {ask, asked} = asker();
    await here.world.transport().open(hostAt(server.port), ask, never);
    expect(asked).toEqual([]);
  });

  it.each(['refuse', null] as const)(
    'that is not accepted (%s) ends the connection before any login',
    async answer => {
      const server = await start();
      const error = await failure(here.world.transport().open(hostAt(server.port), asker(answer).ask, never));
      expect([error.code, error.message]).toEqual([
        'ssh.host-key-unknown',
        expect.stringContaining(server.fingerprints[0] ?? '?'),
      ]);
      expect([server.logins, server.connections()]).toEqual([[], 1]);
    },
  );

  it('is asked about once when two connections see it at the same time', async () => {
    const server = await start();
    const {ask, asked} = asker('once', 'once');
    const transport = here.world.transport();
    await Promise.all([
      transport.open(hostAt(server.port), ask, never),
      transport.open(hostAt(server.port), ask, never),
    ]);
    expect(asked).toHaveLength(1);
  });
});
