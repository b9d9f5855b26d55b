import {constants} from 'node:fs';
import {chmod, open, unlink} from 'node:fs/promises';
import {createServer, type Socket} from 'node:net';
import {eventVersion} from '../record/event.ts';
import {
  fromFollowerSchema,
  maxAskBytes,
  socketName,
  type FollowStatus,
  type ToFollower,
} from './follow-protocol.ts';
import type {Engine} from './interface.ts';

/** A follower that has not read this much is let go: it comes back and reads the journal. Nothing is kept for anybody. */
const maxBehindBytes = 4 * 1024 * 1024;

/**
 * Lets other consoles of this user follow a run: a socket (0600) in its directory, which only the holder of the run's lock makes. That it
 * could not be made harms nothing and is thrown. `close` ends it.
 */
export const serveFollowers = async (directory: string, engine: Engine): Promise<() => Promise<void>> => {
  // A path of a socket has 107 bytes at most; by way of the open directory it always fits.
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const path = `/proc/self/fd/${handle.fd}/${socketName}`;
  const followers = new Set<Socket>();
  const send = (socket: Socket, message: ToFollower): void => {
    if (socket.writableLength > maxBehindBytes) socket.destroy();
    else socket.write(`${JSON.stringify(message)}\n`);
  };
  /** A follower may have the run slowed down, once on a connection, and nothing else is taken from it. */
  const hear = (socket: Socket): void => {
    let said = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      said += chunk;
      const end = said.indexOf('\n');
      if (end < 0 && said.length <= maxAskBytes) return;
      socket.removeAllListeners('data').resume();
      const asked = end < 0 ? undefined : fromFollowerSchema.safeParse(parseLine(said.slice(0, end)));
      if (asked?.success !== true) {
        socket.destroy();
        return;
      }
      engine.submit(asked.data.command).then(
        answer => send(socket, {type: 'answer', answer}),
        () => socket.destroy(),
      );
    });
  };
  const server = createServer(socket => {
    followers.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => followers.delete(socket));
    hear(socket);
    const {run} = engine.state();
    send(socket, {type: 'hello', v: eventVersion, seq: run?.run.seq ?? 0, status: statusOf(engine)});
  });
  const unsubscribe = engine.subscribe(change => {
    if (followers.size === 0) return;
    const {signals} = engine.state();
    const moved = change.signals || change.run || change.hosts.length > 0;
    const message: ToFollower = {
      type: 'batch',
      events: [...change.events],
      signals: moved ? [...signals.values()] : null,
      status: statusOf(engine),
    };
    for (const socket of followers) send(socket, message);
  });
  const close = async (): Promise<void> => {
    unsubscribe();
    for (const socket of followers) socket.end();
    await new Promise<void>(resolve => {
      server.close(() => resolve());
      for (const socket of followers) socket.destroySoon();
    });
    await handle.close();
  };
  try {
    await unlink(path).catch(() => undefined);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    await chmod(path, 0o600);
    server.unref();
    return close;
  } catch (error) {
    await close();
    throw error;
  }
};

const statusOf = (engine: Engine): FollowStatus => {
  const {interrupted, busy, failed, notices, questions} = engine.state();
  return {
    interrupted,
    busy,
    failed: failed ?? null,
    notices: [...notices],
    asked: questions.map(({kind, host}) => `${kind} of ${host}`),
  };
};

const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
