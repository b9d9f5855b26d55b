import {createServer, type Server, type Socket} from 'node:net';
import {afterEach, beforeEach} from 'vitest';
import type {Session} from '../../src/ssh/session.ts';
import type {SshSettings} from '../../src/ssh/transport.ts';
import {startServer, type Exec, type TestServer, type TestServerOptions} from './test-server.ts';
import {asker, hostAt, makeWorld, never, type World} from './world.ts';

/** What each test of a file has for itself: a world, and SSH servers and other ports that end with the test. */
export type Servers = {
  readonly world: World;
  readonly start: (options?: TestServerOptions) => Promise<TestServer>;
  /** A session on a server of its own, whose key is trusted, that runs what it is given by `exec`. */
  readonly open: (
    exec: Exec,
    settings?: Partial<SshSettings>,
    maxSessions?: number,
  ) => Promise<[Session, TestServer]>;
  /** A port that speaks something else. */
  readonly listen: (behave: (socket: Socket) => void) => Promise<number>;
  /** A port on which nobody listens any more. */
  readonly closedPort: () => Promise<number>;
};

/** Called once by a test file, outside of its tests. */
export const serversForEach = (): Servers => {
  let world: World | undefined;
  const ends: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    world = await makeWorld();
  });
  afterEach(async () => {
    // In the order they were made: what stands before a server passes on that it is gone.
    for (const end of ends.splice(0)) await end();
    await world?.remove();
    world = undefined;
  });
  const servers: Servers = {
    get world() {
      if (world === undefined) throw new Error('a world is there in a test only');
      return world;
    },
    start: async options => {
      const server = await startServer(options);
      ends.push(() => server.close());
      return server;
    },
    open: async (exec, settings = {}, maxSessions = 10) => {
      const server = await servers.start({exec, maxSessions});
      await servers.world.trust(server);
      const transport = servers.world.transport(settings);
      return [await transport.open(hostAt(server.port), asker().ask, never), server];
    },
    listen: async behave => {
      const {port, close} = await listen(behave);
      ends.push(close);
      return port;
    },
    closedPort: async () => {
      const {port, close} = await listen(() => undefined);
      await close();
      return port;
    },
  };
  return servers;
};

const listen = async (
  behave: (socket: Socket) => void,
): Promise<{port: number; close: () => Promise<unknown>}> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    behave(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise(resolve => server.close(resolve));
    },
  };
};
