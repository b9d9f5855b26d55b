import {connect, type Socket} from 'node:net';
import {reasonOf} from './abort.ts';
import {closedUnsaid, linkFault} from './errors.ts';
import type {Target} from './target.ts';

/** How long one of several addresses of a name may take before the next is tried as well. */
const nextAddressMs = 2500;

/** Opens a TCP connection. Throws `ssh.unresolved`, `ssh.refused`, `ssh.timeout`, `ssh.unreachable`, or the reason of the signal. */
export const dial = (target: Target, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({
      host: target.address,
      port: target.port,
      family: target.family,
      autoSelectFamilyAttemptTimeout: nextAddressMs,
      ...(target.localAddress === undefined ? {} : {localAddress: target.localAddress}),
    });
    const abort = (): void => {
      socket.destroy();
      reject(reasonOf(signal));
    };
    const fail = (error: Error & {code?: unknown}): void => {
      signal.removeEventListener('abort', abort);
      reject(error.code === 'ECONNRESET' ? closedUnsaid(target) : linkFault(target, error));
    };
    signal.addEventListener('abort', abort, {once: true});
    socket.once('error', fail);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
