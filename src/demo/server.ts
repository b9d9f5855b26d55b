import {createServer, type AddressInfo, type Socket} from 'node:net';
import ssh2, {type AuthContext, type Connection} from 'ssh2';
import {advance, isReachable, type DemoHost} from './host.ts';
import {answerCommand} from './shell.ts';

type ServerOptions = {
  host: DemoHost;
  /** In OpenSSH's format. */
  hostKey: string;
  user: string;
  /** The one key that is let in, as in authorized_keys. */
  authorizedKey: string;
  /** Milliseconds since 1970. */
  now: () => number;
};

export type RunningServer = {
  port: number;
  /** Does what is due on the host and cuts its connections when it is away. */
  tick(): void;
  close(): Promise<void>;
};

/** A simulated host's sshd on a port of its own, on the loopback interface only. */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const {host, now} = options;
  const sockets = new Set<Socket>();
  const ssh = new ssh2.Server({hostKeys: [options.hostKey], ident: 'patchdeck-demo'}, connection =>
    serve(connection, options),
  );
  const isAway = (): boolean => {
    advance(host, now());
    return !isReachable(host, now());
  };
  // The port stays ours while the host is away, or somebody else could get it: connections are reset at once instead.
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    if (isAway()) {
      socket.resetAndDestroy();
      return;
    }
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: portOf(server.address()),
    tick: () => {
      if (isAway()) cut();
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        cut();
      }),
  };
};

const serve = (connection: Connection, options: ServerOptions): void => {
  connection.on('error', () => undefined);
  connection.on('authentication', context => {
    if (isLetIn(context, options)) context.accept();
    else context.reject(['publickey']);
  });
  connection.on('session', accept => {
    const session = accept();
    session.on('exec', (acceptExec, _reject, {command}) => answerCommand(acceptExec(), command, options));
  });
};

const isLetIn = (context: AuthContext, {user, authorizedKey}: ServerOptions): boolean => {
  if (context.method !== 'publickey' || context.username !== user) return false;
  const key = ssh2.utils.parseKey(authorizedKey);
  if (key instanceof Error || !key.getPublicSSH().equals(context.key.data)) return false;
  // Without a signature the client only asks whether the key would do.
  if (context.signature === undefined) return true;
  // It gives an Error where its type says boolean.
  const verified: unknown =
    context.blob !== undefined && key.verify(context.blob, context.signature, context.hashAlgo);
  return verified === true;
};

const portOf = (address: AddressInfo | string | null): number => {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
};
