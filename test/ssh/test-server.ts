import {spawn, type ChildProcess} from 'node:child_process';
import {connect, createServer, type AddressInfo} from 'node:net';
import ssh2, {
  type Algorithms,
  type AuthContext,
  type Connection,
  type ParsedKey,
  type ServerChannel,
} from 'ssh2';
import {fingerprint} from '../../src/ssh/known-hosts.ts';

export type TestServer = {
  port: number;
  /** As lines of a known_hosts file, without the name. */
  keyLines: string[];
  fingerprints: string[];
  /** Every byte clients wrote into channels, in order. */
  received(): string;
  /** Authentication attempts as `method user`. */
  logins: string[];
  commands: string[];
  /** All so far, and those open now. */
  connections(): number;
  open(): number;
  /** The largest number of connections not yet authenticated, and of channels, at one time; how many channels were refused. */
  peaks: {unauthenticated: number; channels: number; refused: number};
  /** Exchanges keys again on every connection, with another host key when one is given. */
  rekey(hostKey?: string): Promise<void>;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
};

export type Exec = (command: string, channel: ServerChannel, info: {number: number; cut(): void}) => void;

export type TestServerOptions = {
  hostKeys?: string[];
  /** Who is let in; by default everybody with any key. */
  login?: (context: AuthContext, connection: {partial: Set<string>}) => void;
  exec?: Exec;
  /** Channels at once on one connection; more are refused as sshd does. */
  maxSessions?: number;
  /** How long the place of a channel that ended stays taken, as with sshd. */
  lingerMs?: number;
  forward?: boolean;
  algorithms?: Algorithms;
};

/** Any key is good, and nothing else. */
export const anyKey = (context: AuthContext): void => {
  if (context.method === 'publickey') context.accept();
  else context.reject(['publickey']);
};

/** Runs the command in a real shell, with these variables and nothing of ours. Its input ends after `inputEndsWith`, when that is given. */
export const realShell =
  (env: Record<string, string> = {}, inputEndsWith?: string): Exec =>
  (command, channel) => {
    const child = spawn('/bin/sh', ['-c', command], {env: {PATH: '/usr/bin:/bin', ...env}});
    children.add(child);
    let sent = '';
    channel.on('data', (chunk: Buffer) => {
      if (inputEndsWith === undefined) {
        child.stdin.write(chunk);
        return;
      }
      sent += chunk.toString();
      const end = sent.indexOf(inputEndsWith);
      if (end >= 0 && child.stdin.writable) child.stdin.end(sent.slice(0, end + inputEndsWith.length));
    });
    channel.on('end', () => child.stdin.end());
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => channel.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => channel.stderr.write(chunk));
    channel.on('close', () => child.kill('SIGKILL'));
    child.on('close', (code, signal) => {
      children.delete(child);
      if (signal === null) channel.exit(code ?? 0);
      else channel.exit(signal.replace('SIG', ''), false, '');
      channel.close();
    });
  };
const children = new Set<ChildProcess>();

/** A real SSH server on loopback whose every answer the test decides. */
export const startServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const hostKeys = options.hostKeys ?? [newKey().private];
  const parsed = hostKeys.map(parse);
  const chunks: Buffer[] = [];
  const logins: string[] = [];
  const commands: string[] = [];
  const open = new Set<Connection>();
  const peaks = {unauthenticated: 0, channels: 0, refused: 0};
  let unauthenticated = 0;
  let count = 0;

  const server = new ssh2.Server({hostKeys, algorithms: options.algorithms ?? {}}, connection => {
    open.add(connection);
    count += 1;
    unauthenticated += 1;
    peaks.unauthenticated = Math.max(peaks.unauthenticated, unauthenticated);
    let started = false;
    let asked = false;
    let channels = 0;
    const state = {partial: new Set<string>()};
    const done = (): void => {
      if (!started) unauthenticated -= 1;
      started = true;
    };
    connection.on('error', () => undefined);
    connection.on('close', () => {
      open.delete(connection);
      done();
    });
    connection.on('authentication', context => {
      logins.push(`${context.method} ${context.username}`);
      // Asked again, what is left hangs on what came before.
      const isFirst = !asked;
      asked = true;
      if (context.method === 'none' && isFirst)
        context.reject(['publickey', 'keyboard-interactive', 'password'], false);
      else (options.login ?? anyKey)(context, state);
    });
    connection.on('ready', done);
    connection.on('session', (accept, reject) => {
      if (channels >= (options.maxSessions ?? 10)) {
        peaks.refused += 1;
        reject();
        return;
      }
      channels += 1;
      peaks.channels = Math.max(peaks.channels, channels);
      const session = accept();
      const free = (): void => void (channels -= 1);
      session.on('close', () =>
        options.lingerMs === undefined ? free() : setTimeout(free, options.lingerMs),
      );
      session.on('exec', (acceptExec, _reject, {command}) => {
        commands.push(command);
        const channel = acceptExec();
        channel.on('data', (chunk: Buffer) => chunks.push(chunk));
        channel.on('error', () => undefined);
        (options.exec ?? realShell())(command, channel, {
          number: commands.length,
          cut: () => connection.end(),
        });
      });
    });
    connection.on('tcpip', (accept, reject, info) => {
      if (options.forward !== true) {
        reject();
        return;
      }
      const socket = connect(info.destPort, info.destIP);
      socket.on('error', () => reject());
      socket.on('connect', () => {
        const channel = accept();
        channel.pipe(socket).pipe(channel);
      });
    });
  });
  // A listener of our own: ssh2's would let every answer wait 40 ms for Nagle.
  const listener = createServer({noDelay: true}, socket => {
    socket.on('error', () => undefined);
    server.injectSocket(socket);
  });
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    keyLines: parsed.map(key => `${key.type} ${key.getPublicSSH().toString('base64')}`),
    fingerprints: parsed.map(key => fingerprint(key.getPublicSSH())),
    received: () => Buffer.concat(chunks).toString(),
    logins,
    commands,
    connections: () => count,
    open: () => open.size,
    peaks,
    rekey: async hostKey => {
      for (const connection of open) {
        if (hostKey !== undefined) replaceHostKey(connection, parse(hostKey));
        await new Promise<void>(resolve => {
          connection.rekey(() => resolve());
          connection.once('close', resolve);
        });
      }
    },
    cut: () => {
      for (const connection of open) connection.end();
    },
    close: async () => {
      for (const connection of open) connection.end();
      for (const child of children) child.kill('SIGKILL');
      await new Promise<void>(resolve => listener.close(() => resolve()));
    },
  };
};

/** A key pair in OpenSSH's format; RSA where a second type is needed. ssh2 1.17 makes an Ed25519 key it cannot read now and then. */
export const newKey = (type: 'ed25519' | 'rsa' = 'ed25519'): {private: string; public: string} => {
  for (;;) {
    const pair =
      type === 'rsa'
        ? ssh2.utils.generateKeyPairSync('rsa', {bits: 2048})
        : ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
};

export const parse = (text: string): ParsedKey => {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
};

/** Reaches into ssh2, which has no way to change a host key under a running connection. */
const replaceHostKey = (connection: Connection, key: ParsedKey): void => {
  const protocol: unknown = Reflect.get(connection, '_protocol');
  if (typeof protocol !== 'object' || protocol === null) throw new Error('ssh2 looks different');
  Reflect.set(protocol, '_hostKeys', {[key.type]: key});
};
