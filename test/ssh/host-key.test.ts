import {readFile, writeFile} from 'node:fs/promises';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {newKey, startServer, type TestServer, type TestServerOptions} from './test-server.ts';
import {asker, failure, hostAt, makeWorld, never, script, type World} from './world.ts';

let world: World;
const servers: TestServer[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await world.remove();
});

const start = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const server = await startServer(options);
  servers.push(server);
  return server;
};
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('the key of a host', () => {
  it('that is not known is shown and asked about; "once" holds while the console runs and writes nothing', async () => {
    const server = await start();
    const {ask, asked} = asker('once');
    const transport = world.transport();
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
    await expect(readFile(world.knownHosts)).rejects.toThrow('ENOENT');
  });

  it('is remembered only when told, and then known to the next console', async () => {
    const server = await start();
    await world.transport().open(hostAt(server.port), asker('remember').ask, never);
    expect(await readFile(world.knownHosts, 'utf8')).toBe(
      `[127.0.0.1]:${server.port} ${server.keyLines[0] ?? ''}\n`,
    );
    const {ask, asked} = asker();
    await world.transport().open(hostAt(server.port), ask, never);
    expect(asked).toEqual([]);
  });

  it.each(['refuse', null] as const)(
    'that is not accepted (%s) ends the connection before any login',
    async answer => {
      const server = await start();
      const error = await failure(world.transport().open(hostAt(server.port), asker(answer).ask, never));
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
    const transport = world.transport();
    await Promise.all([
      transport.open(hostAt(server.port), ask, never),
      transport.open(hostAt(server.port), ask, never),
    ]);
    expect(asked).toHaveLength(1);
  });

  it('that changed is blocked without a question, naming file, line and both fingerprints', async () => {
    const [server, other] = [await start(), await start()];
    await writeFile(world.knownHosts, `# old\n[127.0.0.1]:${server.port} ${other.keyLines[0] ?? ''}\n`);
    const {ask, asked} = asker('once');
    const error = await failure(world.transport().open(hostAt(server.port), ask, never));
    expect(error.code).toBe('ssh.host-key-changed');
    expect(error.message).toContain('blocked');
    expect(error.message).toContain(`${world.knownHosts}:2`);
    for (const found of [server, other]) expect(error.message).toContain(found.fingerprints[0]);
    expect([asked, server.logins]).toEqual([[], []]);
  });

  it('that is revoked is blocked also when another line allows it', async () => {
    const server = await start();
    const line = server.keyLines[0] ?? '';
    await writeFile(world.knownHosts, `[127.0.0.1]:${server.port} ${line}\n@revoked * ${line}\n`);
    const error = await failure(world.transport().open(hostAt(server.port), asker('once').ask, never));
    expect([error.code, error.message]).toEqual([
      'ssh.host-key-revoked',
      expect.stringContaining(`${world.knownHosts}:2`),
    ]);
  });

  it('is asked for in the type that is known: no question where only the RSA key is', async () => {
    const server = await start({hostKeys: [newKey().private, newKey('rsa').private]});
    await writeFile(world.knownHosts, `[127.0.0.1]:${server.port} ${server.keyLines[1] ?? ''}\n`);
    const session = await world.transport().open(hostAt(server.port), asker().ask, never);
    expect(session.hostKey).toBe(server.fingerprints[1]);
  });

  it('is blocked when a host that is known by its RSA key has only another one', async () => {
    const [server, old] = [await start(), await start({hostKeys: [newKey('rsa').private]})];
    await writeFile(world.knownHosts, `[127.0.0.1]:${server.port} ${old.keyLines[0] ?? ''}\n`);
    const error = await failure(world.transport().open(hostAt(server.port), asker('once').ask, never));
    expect(error.code).toBe('ssh.host-key-changed');
  });

  it('may be exchanged again on a running connection, as long as it is the same', async () => {
    const server = await start();
    await world.trust(server);
    const session = await world.transport().open(hostAt(server.port), asker().ask, never);
    await server.rekey();
    expect(text((await session.run(script('echo still'))).stdout)).toBe('still\n');
  });

  it('that changes on a running connection ends it', async () => {
    const server = await start();
    await world.trust(server);
    const session = await world.transport().open(hostAt(server.port), asker('once').ask, never);
    await server.rekey(newKey().private).catch(() => undefined);
    expect((await failure(session.run(script('echo still')))).code).toBe('ssh.closed');
    expect(session.open).toBe(false);
  });
});
