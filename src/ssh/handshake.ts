import type {Duplex} from 'node:stream';
import type {Client, ServerHostKeyAlgorithm} from 'ssh2';
import {reasonOf} from './abort.ts';
import type {Login} from './authentication.ts';
import {
  authenticationFailed,
  closedEarly,
  closedUnsaid,
  linkFault,
  noCommonAlgorithm,
  notSsh,
} from './errors.ts';
import type {HostKeyJudge} from './host-key.ts';
import {blockedKey} from './host-key.ts';
import {fingerprint, keyType} from './known-hosts.ts';
import type {Tell} from './session.ts';
import type {Keepalive} from './settings.ts';
import type {Target} from './target.ts';
import type {Ssh2} from './ssh2.ts';

export type HandshakeContext = {
  ssh2: Ssh2;
  target: Target;
  socket: Duplex;
  keepalive: Keepalive;
  judge: HostKeyJudge;
  /** Makes the login; `fail` ends the connection. */
  login(fail: (error: Error) => void): Login;
  /** Ends the attempt with its reason. */
  signal: AbortSignal;
  progress: Progress;
};

/** How far an attempt got: for the message when its time is over, and for whoever is told. */
export type Progress = {stage: string; sawSsh: boolean; seen: string; tell: Tell};

export type Handshake = {client: Client; key: Uint8Array; byCode: boolean} | {unknownKey: Uint8Array};

/** What a server may say before its SSH banner (ssh2 takes the same). */
const greetingLimit = 64 * 1024;

/**
 * Key exchange and login on a connected socket. A host key that nobody knows ends the connection and is given back: a person who is asked
 * may take longer than sshd waits. Throws `ssh.*`, or the reason of the signal.
 */
export const shakeHands = (context: HandshakeContext): Promise<Handshake> =>
  new Promise((resolve, reject) => {
    const {ssh2, target, socket, keepalive, judge, signal, progress} = context;
    const client = new ssh2.Client();
    let settled = false;
    let key: Uint8Array | undefined;
    const finish = (act: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', abort);
      socket.off('data', sniff);
      act();
    };
    const end = (act: () => void, refused = false): void =>
      finish(() => {
        login.ended(refused);
        socket.destroy();
        act();
      });
    const fail = (error: Error, refused = false): void => end(() => reject(error), refused);
    const abort = (): void => fail(reasonOf(signal));
    const sniff = (chunk: Buffer): void => {
      if (progress.sawSsh) return;
      progress.seen = (progress.seen + chunk.toString('latin1')).slice(0, greetingLimit);
      progress.sawSsh = /^SSH-/m.test(progress.seen);
      if (!progress.sawSsh && progress.seen.length >= greetingLimit) fail(notSsh(target, progress.seen));
    };
    const login = context.login(fail);
    signal.addEventListener('abort', abort, {once: true});
    if (signal.aborted) {
      abort();
      return;
    }

    const verify = (shown: Buffer): boolean => {
      // Called again on every rekey: the key of a connection never changes.
      if (key !== undefined) return shown.equals(key);
      progress.tell('key exchange', `${keyType(shown)} host key`);
      const found = judge.judge(shown);
      if (found.is === 'known') {
        key = Buffer.from(shown);
        progress.tell('host key', fingerprint(key));
      }
      if (found.is === 'unknown') end(() => resolve({unknownKey: Buffer.from(shown)}));
      if (found.is === 'changed' || found.is === 'revoked') fail(blockedKey(target, shown, found));
      return found.is === 'known';
    };

    client
      .on('error', (error: Error & {level?: string}) => {
        // A key that could not sign; ssh2 goes on with the next one.
        if (error.level !== 'agent')
          fail(explain(target, error, progress, login), hadEnough.test(error.message));
      })
      .on('close', () => fail(lost(target, progress)))
      .on('end', () => fail(lost(target, progress)))
      .on('handshake', () => {
        progress.stage = 'the login';
      })
      .on('ready', () =>
        finish(() => {
          login.succeeded();
          resolve({client, key: key ?? new Uint8Array(), byCode: login.byCode});
        }),
      );
    client.connect({
      sock: socket,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: keepalive.everyMs,
      keepaliveCountMax: keepalive.unanswered,
      algorithms: {serverHostKey: judge.algorithms.filter(isAlgorithm)},
      hostVerifier: (shown: Buffer, answer: (isKnown: boolean) => void) => answer(verify(shown)),
      authHandler: login.handler,
    });
    progress.stage = 'the SSH handshake';
    socket.on('data', sniff);
  });

/** What sshd says when MaxAuthTries is reached. */
const hadEnough = /too many authentication failures/i;

const isAlgorithm = (name: string): name is ServerHostKeyAlgorithm => name !== '';

const lost = (target: Target, progress: Progress): Error =>
  progress.sawSsh
    ? closedEarly(target, progress.stage)
    : progress.seen === ''
      ? closedUnsaid(target)
      : notSsh(target, progress.seen);

const explain = (
  target: Target,
  error: Error & {level?: string; code?: unknown},
  progress: Progress,
  login: Login,
): Error => {
  if (error.level === 'client-socket') {
    // sshd that turns us away may reset the connection, as our own banner is still unread.
    const reset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
    return reset && !progress.sawSsh ? lost(target, progress) : linkFault(target, error);
  }
  if (/no matching/.test(error.message))
    return noCommonAlgorithm(target, error.message.replace(/^Handshake failed: /, ''), error);
  if (!progress.sawSsh) return lost(target, progress);
  if (hadEnough.test(error.message)) {
    return authenticationFailed(
      target,
      `it had enough after ${login.offered()}`,
      'name the right key with IdentityFile and set IdentitiesOnly yes for this host in ssh_config, or give the right password',
    );
  }
  return closedEarly(target, `${progress.stage} (${error.message})`, error);
};
