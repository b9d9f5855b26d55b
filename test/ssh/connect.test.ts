import {writeFile} from 'node:fs/promises';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {defaultConnectLimits} from '../../src/ssh/settings.ts';
import {startServer, type TestServer, type TestServerOptions} from './test-server.ts';
import {asker, deadlines, failure, hostAt, makeWorld, never, until, type World} from './world.ts';

let world: World;
const servers: TestServer[] = [];
const listeners: {server: Server; sockets: Set<Socket>}[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const {server, sockets} of listeners.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise(resolve => server.close(resolve));
  }
  await world.remove();
});

const start = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const server = await startServer(options);
  servers.push(server);
  return server;
};
/** A port that speaks something else. */
const listen = async (behave: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    behave(socket);
  });
  listeners.push({server, sockets});
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

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
  const short = {deadlines: {...deadlines, connectMs: 400}};
  const open = (port: number, settings = {}): Promise<unknown> =>
    world.transport(settings).open(hostAt(port), asker().ask, never);

  it('refuses the connection', async () => {
    const port = await listen(() => undefined);
    const {server} = listeners.splice(0)[0] ?? {};
    await new Promise(resolve => server?.close(resolve));
    const error = await failure(open(port));
    expect([error.code, error.message]).toEqual([
      'ssh.refused',
      `web1 (127.0.0.1:${port}) refused the connection; nothing was done there`,
    ]);
  });

  it('has no address', async () => {
    const host = hostAt(22, {address: 'no-such-host.invalid'});
    expect((await failure(world.transport().open(host, asker().ask, never))).code).toBe('ssh.unresolved');
  });

  it('says nothing', async () => {
    expect((await failure(open(await listen(() => undefined), short))).code).toBe('ssh.timeout');
  });

  it('speaks HTTP', async () => {
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

  it('speaks HTTP and stays open', async () => {
    expect(
      (await failure(open(await listen(socket => socket.write('220 mail ESMTP\r\n')), short))).code,
    ).toBe('ssh.not-ssh');
  });

  it('drips its banner', async () => {
    const port = await listen(socket => {
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect((await failure(open(port, short))).code).toBe('ssh.not-ssh');
  });

  it('never ends its banner', async () => {
    const port = await listen(socket => {
      const more = (): void => {
        if (socket.write('y'.repeat(4000))) setImmediate(more);
      };
      socket.on('drain', more);
      more();
    });
    expect((await failure(open(port))).code).toBe('ssh.not-ssh');
  });

  it('never ends its greeting, line by line', async () => {
    const start = performance.now();
    const port = await listen(socket => socket.write(`${'y'.repeat(99)}\n`.repeat(800)));
    expect((await failure(open(port))).code).toBe('ssh.not-ssh');
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('speaks nonsense after a good banner', async () => {
    const port = await listen(socket =>
      socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(5000, 0xff)])),
    );
    expect((await failure(open(port, short))).code).toBe('ssh.closed');
  });

  it('hangs up at once', async () => {
    expect((await failure(open(await listen(socket => socket.end())))).code).toBe('ssh.closed');
  });

  it('takes no more logins at the moment is tried again', async () => {
    const [server, port, connections] = await turningAway(2, socket =>
      socket.end('Exceeded MaxStartups\r\n'),
    );
    await writeFile(world.knownHosts, `[127.0.0.1]:${port} ${server.keyLines[0] ?? ''}\n`);
    const session = await world.transport().open(hostAt(port), asker().ask, never);
    expect([session.open, connections()]).toEqual([true, 3]);
  });

  it.each([
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['closes', (socket: Socket) => socket.destroy()],
  ])('%s one connection is not tried again, some of many are', async (_how, turnAway) => {
    const [server, port, connections] = await turningAway(3, turnAway);
    await writeFile(world.knownHosts, `[127.0.0.1]:${port} ${server.keyLines[0] ?? ''}\n`);
    const transport = world.transport();
    const single = await failure(transport.open(hostAt(port), asker().ask, never));
    expect([single.code, connections()]).toEqual(['ssh.closed', 1]);
    const many = Array.from({length: 12}, () => transport.open(hostAt(port), asker().ask, never));
    expect((await Promise.all(many)).every(session => session.open)).toBe(true);
    expect(connections()).toBe(15);
  });

  it.each([
    ['Exceeded MaxStartups\r\n', 'MaxStartups'],
    ['Not allowed at this time\r\n', 'logins that failed'],
  ])('turns connections away with %j', async (said, why) => {
    const error = await failure(open(await listen(socket => socket.end(said))));
    expect([error.code, error.message]).toEqual(['ssh.refused', expect.stringContaining(why)]);
  });

  it('has no algorithm in common with us', async () => {
    const server = await start({algorithms: {kex: ['diffie-hellman-group1-sha1']}});
    const error = await failure(open(server.port));
    expect([error.code, error.message]).toEqual([
      'ssh.no-common-algorithm',
      expect.stringContaining('key exchange'),
    ]);
  });

  it('hangs in the login', async () => {
    const server = await start({login: () => undefined});
    await world.trust(server);
    const error = await failure(open(server.port, short));
    expect([error.code, error.message]).toEqual(['ssh.timeout', expect.stringContaining('the login')]);
  });

  it('hangs, until the operator stops it', async () => {
    const controller = new AbortController();
    const port = await listen(() => controller.abort(new Error('stopped')));
    await expect(world.transport().open(hostAt(port), asker().ask, controller.signal)).rejects.toThrow(
      'stopped',
    );
  });
});

describe('many connections', () => {
  it('to one address start at most eight at a time', async () => {
    const server = await start({
      login: context =>
        setTimeout(() => (context.method === 'publickey' ? context.accept() : context.reject()), 20),
    });
    await world.trust(server);
    const transport = world.transport();
    const sessions = await Promise.all(
      Array.from({length: 20}, () => transport.open(hostAt(server.port), asker().ask, never)),
    );
    expect([sessions.length, server.peaks.unauthenticated <= 8, server.peaks.unauthenticated > 4]).toEqual([
      20,
      true,
      true,
    ]);
  });

  it('one that is stopped while it waits in line leaves the line', async () => {
    const server = await start({login: () => undefined});
    await world.trust(server);
    const transport = world.transport();
    const controller = new AbortController();
    const opens = Array.from({length: 10}, () =>
      transport.open(hostAt(server.port), asker().ask, controller.signal),
    );
    setTimeout(() => controller.abort(new Error('stopped')), 100);
    const outcomes = await Promise.allSettled(opens);
    expect(
      outcomes.every(outcome => outcome.status === 'rejected' && String(outcome.reason).includes('stopped')),
    ).toBe(true);
    expect(server.connections()).toBeLessThanOrEqual(8);
  });

  it('one that is stopped while it waits for all others leaves that line too', async () => {
    let connected = 0;
    const port = await listen(() => (connected += 1));
    const transport = world.transport({limits: {...defaultConnectLimits, starting: 1}});
    const [one, two] = [new AbortController(), new AbortController()];
    const first = transport.open(hostAt(port), asker().ask, one.signal);
    const second = transport.open(hostAt(port, {address: 'localhost'}), asker().ask, two.signal);
    await until(() => connected > 0);
    setTimeout(() => two.abort(new Error('stopped two')), 50);
    await expect(second).rejects.toThrow('stopped two');
    one.abort(new Error('stopped one'));
    await expect(first).rejects.toThrow('stopped one');
  });

  it('a session says that it is closed once the host is gone', async () => {
    const server = await start();
    await world.trust(server);
    const session = await world.transport().open(hostAt(server.port), asker().ask, never);
    expect(session.open).toBe(true);
    server.cut();
    await expect.poll(() => session.open).toBe(false);
  });
});
