import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {asker, deadlines, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {listen} = here;

describe('a host that accepts the connection', () => {
  const short = {deadlines: {...deadlines, connectMs: 400}};
  const open = (port: number, settings = {}): Promise<unknown> =>
    here.world.transport(settings).open(hostAt(port), asker().ask, never);

  it('and says nothing is given up in time, and named as not answering', async () => {
    expect((await failure(open(await listen(() => undefined), short))).code).toBe('ssh.timeout');
  });

  it('and hangs up at once is named as having closed it', async () => {
    expect((await failure(open(await listen(socket => socket.end())))).code).toBe('ssh.closed');
  });
});
