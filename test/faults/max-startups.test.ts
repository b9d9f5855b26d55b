import {writeFile} from 'node:fs/promises';
import {connect, type Socket} from 'node:net';
import {describe, expect, it} from 'vitest';
import {serversForEach} from '../ssh/servers.ts';
import type {TestServer} from '../ssh/test-server.ts';
import {asker, failure, hostAt, never} from '../ssh/world.ts';

const here = serversForEach();
const {start, listen} = here;

/** A server behind a port that turns the first connections away. */
const turningAway = async (
  first: number,
  turnAway: (socket: Socket) => unknown,
): Promise<[TestServer, number, () => number]> => {
  const server = await start();
  let connections = 0;
  const port = await listen(socket => {
    connections += 1;
    if (connections <= first) turnAway(socket);
    else socket.pipe(connect(server.port, '127.0.0.1')).pipe(socket);
  });
  return [server, port, () => connections];
};

describe('a host that', () => {
  const open = (port: number, settings = {}): Promise<unknown> =>
    here.world.transport(settings).open(hostAt(port), asker().ask, never);

  it('takes no more logins at the moment (MaxStartups) is tried again', async () => {
    const [server, port, connections] = await turningAway(2, socket =>
      socket.end('Exceeded MaxStartups\r\n'),
    );
    await writeFile(here.world.knownHosts, `[127.0.0.1]:${port} ${server.keyLines[0] ?? ''}\n`);
    const session = await here.world.transport().open(hostAt(port), asker().ask, never);
    expect([session.open, connections()]).toEqual([true, 3]);
  });

  it.each([
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['closes', (socket: Socket) => socket.destroy()],
  ])(
    '%s one connection is not tried again, some of many are: then it is MaxStartups',
    async (_how, turnAway) => {
      const [server, port, connections] = await turningAway(3, turnAway);
      await writeFile(here.world.knownHosts, `[127.0.0.1]:${port} ${server.keyLines[0] ?? ''}\n`);
      const transport = here.world.transport();
      const single = await failure(transport.open(hostAt(port), asker().ask, never));
      expect([single.code, connections()]).toEqual(['ssh.closed', 1]);
      const many = Array.from({length: 12}, () => transport.open(hostAt(port), asker().ask, never));
      expect((await Promise.all(many)).every(session => session.open)).toBe(true);
      expect(connections()).toBe(15);
    },
  );

  it.each([
    ['Exceeded MaxStartups\r\n', 'MaxStartups'],
    ['Not allowed at this time\r\n', 'logins that failed'],
  ])('turns connections away with %j is named with what it said and why', async (said, why) => {
    const error = await failure(open(await listen(socket => socket.end(said))));
    expect([error.code, error.message]).toEqual(['ssh.refused', expect.stringContaining(why)]);
  });
});

describe('many connections at once', () => {
  it('to one address start at most eight at a time, so that MaxStartups drops none', async () => {
    const server = await start({
      login: context =>
        setTimeout(() => (context.method === 'publickey' ? context.accept() : context.reject()), 20),
    });
    await here.world.trust(server);
    const transport = here.world.transport();
    const sessions = await Promise.all(
      Array.from({length: 20}, () => transport.open(hostAt(server.port), asker().ask, never)),
    );
    expect([sessions.length, server.peaks.unauthenticated <= 8, server.peaks.unauthenticated > 4]).toEqual([
      20,
      true,
      true,
    ]);
  });
});
