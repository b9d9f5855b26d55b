import {writeFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {asker, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {start} = here;

describe('the key of a host', () => {
  it('that changed is blocked without a question, naming file, line and both fingerprints', async () => {
    const [server, other] = [await start(), await start()];
    await writeFile(here.world.knownHosts, `# old\n[127.0.0.1]:${server.port} ${other.keyLines[0] ?? ''}\n`);
    const {ask, asked} = asker('once');
    const error = await failure(here.world.transport().open(hostAt(server.port), ask, never));
    expect(error.code).toBe('ssh.host-key-changed');
    expect(error.message).toContain('blocked');
    expect(error.message).toContain(`${here.world.knownHosts}:2`);
    for (const found of [server, other]) expect(error.message).toContain(found.fingerprints[0]);
    expect([asked, server.logins]).toEqual([[], []]);
  });
});
