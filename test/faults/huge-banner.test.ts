import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {asker, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {listen} = here;

describe('a host that', () => {
  const open = (port: number, settings = {}): Promise<unknown> =>
    here.world.transport(settings).open(hostAt(port), asker().ask, never);

  it('never ends its banner is cut off and named as no SSH server', async () => {
    const port = await listen(socket => {
      const more = (): void => {
        if (socket.write('y'.repeat(4000))) setImmediate(more);
      };
      socket.on('drain', more);
      more();
    });
    expect((await failure(open(port))).code).toBe('ssh.not-ssh');
  });

  it('never ends its greeting, line by line, is cut off at once and named as no SSH server', async () => {
    const start = performance.now();
    const port = await listen(socket => socket.write(`${'y'.repeat(99)}\n`.repeat(800)));
    expect((await failure(open(port))).code).toBe('ssh.not-ssh');
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
