import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import {asker, deadlines, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {listen} = here;

describe('a host that', () => {
  const short = {deadlines: {...deadlines, connectMs: 400}};
  const open = (port: number, settings = {}): Promise<unknown> =>
    here.world.transport(settings).open(hostAt(port), asker().ask, never);

  it('speaks HTTP is named as no SSH server, with what it said, cleaned', async () => {
    const port = await listen(socket =>
      socket.end('HTTP/1.1 400 Bad Request\r\nServer: \u001b[31mnginx\r\n\r\n'),
    );
    const error = await failure(open(port));
    expect([error.code, error.message]).toEqual([
      'ssh.not-ssh',
      expect.stringContaining('HTTP/1.1 400 Bad Request'),
    ]);
    expect(error.message).not.toContain('\u001b');
  });

  it('speaks SMTP and stays open is given up in time, and named as no SSH server', async () => {
    expect(
      (await failure(open(await listen(socket => socket.write('220 mail ESMTP\r\n')), short))).code,
    ).toBe('ssh.not-ssh');
  });

  it('speaks nonsense after a good banner is given up, and nothing of it is believed', async () => {
    const port = await listen(socket =>
      socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(5000, 0xff)])),
    );
    expect((await failure(open(port, short))).code).toBe('ssh.closed');
  });
});
