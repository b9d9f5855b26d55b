import {writeFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {asker, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {start} = here;

describe('the key of a host', () => {
  it('that is revoked is blocked also when another line allows it', async () => {
    const server = await start();
    const line = server.keyLines[0] ?? '';
    await writeFile(here.world.knownHosts, `[127.0.0.1]:${server.port} ${line}\n@revoked * ${line}\n`);
    const error = await failure(here.world.transport().open(hostAt(server.port), asker('once').ask, never));
    expect([error.code, error.message]).toEqual([
      'ssh.host-key-revoked',
      expect.stringContaining(`${here.world.knownHosts}:2`),
    ]);
  });
});
