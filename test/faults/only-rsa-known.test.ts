import {writeFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {newKey} from '../ssh/test-server.ts';
import {asker, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {start} = here;

describe('the key of a host', () => {
  it('is asked for in the type that is known: no question where only its RSA key is known', async () => {
    const server = await start({hostKeys: [newKey().private, newKey('rsa').private]});
    await writeFile(here.world.knownHosts, `[127.0.0.1]:${server.port} ${server.keyLines[1] ?? ''}\n`);
    const session = await here.world.transport().open(hostAt(server.port), asker().ask, never);
    expect(session.hostKey).toBe(server.fingerprints[1]);
  });

  it('is blocked when a host that is known by its RSA key has only another one', async () => {
    const [server, old] = [await start(), await start({hostKeys: [newKey('rsa').private]})];
    await writeFile(here.world.knownHosts, `[127.0.0.1]:${server.port} ${old.keyLines[0] ?? ''}\n`);
    const error = await failure(here.world.transport().open(hostAt(server.port), asker('once').ask, never));
    expect(error.code).toBe('ssh.host-key-changed');
  });
});
