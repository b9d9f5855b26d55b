import type {ClientChannel} from 'ssh2';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import {orAbort, reasonOf} from './abort.ts';
import {connect, directWay, type Connection, type Shared, type Way} from './connect.ts';
import {createLending} from './lending.ts';
import {describeTarget, targetKey, type Target} from './target.ts';

/** A way that was lent; a jump host stays connected as long as somebody goes through it. */
export type Borrowed = {way: Way; release: () => void};

export type Ways = {
  /** The way to a target, over its jump hosts: each checked and logged in to like any host, each shared. Throws `ssh.*`. */
  borrow(target: Target, ask: Asker, signal: AbortSignal): Promise<Borrowed>;
};

export const createWays = (shared: Shared): Ways => {
  const jumps = createLending<Target, Connection>({
    key: targetKey,
    onGone: ({client}, gone) => client.once('close', gone),
    close: ({client}) => client.end(),
  });

  const connectJump = async (jump: Target, ask: Asker, signal: AbortSignal): Promise<Connection> => {
    const {way, release} = await ways.borrow(jump, ask, signal);
    try {
      const connection = await connect(jump, way, shared, ask, signal);
      connection.client.once('close', release);
      return connection;
    } catch (error) {
      release();
      throw error;
    }
  };

  const ways: Ways = {
    borrow: async (target, ask, signal) => {
      const last = target.jumps.at(-1);
      if (last === undefined) return {way: directWay(target), release: () => undefined};
      const jump: Target = {...last, jumps: target.jumps.slice(0, -1)};
      try {
        const {thing, release} = await jumps.borrow(jump, own => connectJump(jump, ask, own), signal);
        return {way: throughJump(target, jump, thing), release};
      } catch (error) {
        throw signal.aborted ? reasonOf(signal) : notReached(target, error);
      }
    },
  };
  return ways;
};

const throughJump = (target: Target, jump: Target, {client}: Connection): Way => ({
  name: `through ${targetKey(jump)}`,
  open: signal =>
    orAbort(
      new Promise<ClientChannel>((resolve, reject) => {
        try {
          client.forwardOut('127.0.0.1', 0, target.address, target.port, (error, channel) => {
            if (error) reject(notForwarded(target, jump, error));
            else if (signal.aborted) channel.close();
            else resolve(channel);
          });
        } catch (error) {
          reject(notForwarded(target, jump, error));
        }
      }),
      signal,
    ),
});

/** What is wrong is wrong with a jump host. */
export class HopFailed extends PatchdeckError {}

/** The same fault, said of the host that lies behind. */
export const notReached = (target: Target, error: unknown): unknown =>
  error instanceof PatchdeckError
    ? new HopFailed(
        error.kind,
        error.code,
        `${cleanLine(target.name)} was not reached, for its jump host: ${error.message}`,
        error.next,
        {
          cause: error,
        },
      )
    : error;

/** The jump host did not open the way (RFC 4254, 5.1): forbidden there, or the host beyond does not answer. */
const notForwarded = (target: Target, jump: Target, error: unknown): PatchdeckError => {
  const said =
    error instanceof Error ? cleanLine(error.message.replace('(SSH) Channel open failure: ', '')) : '';
  const where = `${describeTarget(target)} through ${describeTarget(jump)}`;
  const [code, next] = /prohibited/i.test(said)
    ? [
        'ssh.unreachable',
        `allow forwarding for this user on ${cleanLine(jump.name)} (AllowTcpForwarding, PermitOpen)`,
      ]
    : /refused/i.test(said)
      ? ['ssh.refused', 'see whether sshd runs there and listens on this port']
      : /not connected|no response/i.test(said)
        ? ['ssh.closed', 'try again: the connection to the jump host was lost']
        : ['ssh.unreachable', `see whether ${cleanLine(jump.name)} itself reaches the host`];
  return new PatchdeckError('outside', code, `no way to ${where} (${said}); nothing was done there`, next, {
    cause: error,
  });
};
