import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {asker, deadlines, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {listen} = here;

describe('a host that', () => {
  const short = {deadlines: {...deadlines, connectMs: 400}};
  const open = (port: number, settings = {}): Promise<unknown> =>
    here.world.transport(settings).open(hostAt(port), asker().ask, never);

  it('drips its banner byte by byte is given up when the time for a connection is over, not never', async () => {
    const port = await listen(socket => {
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect((await failure(open(port, short))).code).toBe('ssh.not-ssh');
  });
});
