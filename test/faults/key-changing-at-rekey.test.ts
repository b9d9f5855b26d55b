import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {newKey} from '../ssh/test-server.ts';
import {asker, failure, hostAt, never, script} from '../ssh/world.ts';

const here = serversForEach();
const {start} = here;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('the key of a host', () => {
  it('may be exchanged again on a running connection, as long as it is the same', async () => {
    const server = await start();
    await here.world.trust(server);
    const session = await here.world.transport().open(hostAt(server.port), asker().ask, never);
    await server.rekey();
    expect(text((await session.run(script('echo still'))).stdout)).toBe('still\n');
  });

  it('that changes on a running connection (at a rekey) ends the connection, and no script is run on it', async () => {
    const server = await start();
    await here.world.trust(server);
    const session = await here.world.transport().open(hostAt(server.port), asker('once').ask, never);
    await server.rekey(newKey().private).catch(() => undefined);
    expect((await failure(session.run(script('echo still')))).code).toBe('ssh.closed');
    expect(session.open).toBe(false);
  });
});
