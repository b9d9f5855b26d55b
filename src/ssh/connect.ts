import type {Duplex} from 'node:stream';
import type {Client} from 'ssh2';
import {hasCode} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import {orAbort, reasonOf} from './abort.ts';
import {createLogin} from './authentication.ts';
import {dial} from './dial.ts';
import {notSsh, timedOut, TurnedAway} from './errors.ts';
import {createGate, type Gate} from './gate.ts';
import {shakeHands, type Progress} from './handshake.ts';
import type {HostKeys} from './host-key.ts';
import type {KeyFiles} from './key-files.ts';
import {fingerprint} from './known-hosts.ts';
import type {Secrets} from './secrets.ts';
import type {Tell} from './session.ts';
import type {ConnectLimits, Keepalive} from './settings.ts';
import {startStopwatch} from './stopwatch.ts';
import type {Target} from './target.ts';
import type {Ssh2} from './ssh2.ts';

/** What all connections of a console share. */
export type Shared = {
  ssh2: Ssh2;
  hostKeys: HostKeys;
  keyFiles: KeyFiles;
  secrets: Secrets;
  starting: StartGates;
  keepalive: Keepalive;
};

export type Connection = {
  client: Client;
  /** `SHA256:...` of the host key. */
  hostKey: string;
  /** A person gave a code that serves once. */
  byCode: boolean;
};

/** The way to a host: a TCP connection of our own, or a channel through a jump host. Its name counts connections that start. */
export type Way = {name: string; open(signal: AbortSignal): Promise<Duplex>};

export const directWay = (target: Target): Way => ({
  name: `${target.address}:${target.port}`,
  open: signal => dial(target, signal),
});

/** Places for connections that are not authenticated yet. */
export type StartGates = {
  enter(way: string, signal: AbortSignal): Promise<() => void>;
  /** So many connections of ours have just gone this way that sshd may be dropping some. */
  isCrowded(way: string): boolean;
};

export const createStartGates = (limits: ConnectLimits): StartGates => {
  const all = createGate(limits.starting);
  const ways = new Map<string, Gate>();
  const starts = new Map<string, number[]>();
  const recent = (way: string): number[] =>
    (starts.get(way) ?? []).filter(at => performance.now() - at < crowdMs);
  return {
    enter: async (way, signal) => {
      const gate = ways.get(way) ?? createGate(limits.startingPerAddress);
      ways.set(way, gate);
      const leaveWay = await gate.enter(signal);
      try {
        const leaveAll = await all.enter(signal);
        starts.set(way, [...recent(way), performance.now()]);
        return () => {
          leaveAll();
          leaveWay();
        };
      } catch (error) {
        leaveWay();
        throw error;
      }
    },
    isCrowded: way => recent(way).length >= limits.startingPerAddress,
  };
};

/** sshd counts a login as starting for somewhat longer than we do. */
const crowdMs = 2000;

/** Another attempt follows an accepted key, an answer sshd did not wait for, and being turned away. */
const maxAttempts = 5;
/** How long to stay away, times the attempt: logins that are under way take about this long. */
const turnedAwayMs = 150;
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Connects, checks the host's key and logs in, within the target's `connectMs` (waiting in line and people's time apart). Throws `ssh.*`. */
export const connect = async (
  target: Target,
  way: Way,
  shared: Shared,
  ask: Asker,
  signal: AbortSignal,
  tell: Tell = () => undefined,
): Promise<Connection> => {
  for (let attempt = 1; ; attempt += 1) {
    const judge = await shared.hostKeys.prepare(target);
    const open = new Set<Promise<unknown>>();
    const leave = await shared.starting.enter(way.name, signal);
    try {
      const found = await attemptOnce(target, way, shared, judge, ask, signal, open, tell);
      if ('client' in found) {
        return {client: found.client, hostKey: fingerprint(found.key), byCode: found.byCode};
      }
      leave();
      await shared.hostKeys.askAbout(target, found.unknownKey, ask, signal);
    } catch (error) {
      leave();
      if (attempt >= maxAttempts) throw error;
      if (
        error instanceof TurnedAway &&
        (error.code === 'ssh.refused' || shared.starting.isCrowded(way.name))
      ) {
        await orAbort(pause(turnedAwayMs * attempt * (0.5 + Math.random())), signal);
        continue;
      }
      if (open.size === 0 || !hasCode(error, 'ssh.closed')) throw error;
      // sshd did not wait for a person: connect again once there is an answer.
      await orAbort(Promise.allSettled(open), signal);
    } finally {
      leave();
    }
  }
};

/** A question of one attempt is also over when the whole is: an attempt that sshd hung up on leaves its question to the next one. */
const anyOf = (signal: AbortSignal, over: AbortSignal | undefined): AbortSignal =>
  over === undefined ? signal : AbortSignal.any([signal, over]);

const attemptOnce = async (
  target: Target,
  way: Way,
  shared: Shared,
  judge: Awaited<ReturnType<HostKeys['prepare']>>,
  ask: Asker,
  signal: AbortSignal,
  /** Questions that people have not answered yet. */
  open: Set<Promise<unknown>>,
  tell: Tell,
): ReturnType<typeof shakeHands> => {
  const progress: Progress = {stage: 'connecting', sawSsh: false, seen: '', tell};
  const own = new AbortController();
  const abort = (): void => own.abort(reasonOf(signal));
  signal.throwIfAborted();
  signal.addEventListener('abort', abort, {once: true});
  const stopwatch = startStopwatch(target.connectMs, () => {
    const garbage = !progress.sawSsh && progress.seen !== '';
    own.abort(garbage ? notSsh(target, progress.seen) : timedOut(target, target.connectMs, progress.stage));
  });
  const waitFor = <T>(work: () => Promise<T>): Promise<T> => {
    const waiting = stopwatch.paused(work).finally(() => open.delete(waiting));
    open.add(waiting);
    return waiting;
  };
  const paused: Asker = (question, over) => waitFor(() => ask(question, anyOf(signal, over)));
  // Waiting for the first host that tries a new password is waiting for a person as well.
  const secrets: Secrets = {
    borrow: (key, host, askSecret, stop) => waitFor(() => shared.secrets.borrow(key, host, askSecret, stop)),
  };
  try {
    const socket = await way.open(own.signal);
    tell('port', String(target.port));
    return await shakeHands({
      ssh2: shared.ssh2,
      target,
      socket,
      keepalive: shared.keepalive,
      judge,
      signal: own.signal,
      progress,
      login: fail => createLogin({...shared, secrets, target, ask: paused, signal: own.signal, fail}),
    });
  } catch (error) {
    // Where sshd hung up the question goes on, for the next attempt; after any other fault nobody needs its answer.
    if (!hasCode(error, 'ssh.closed')) own.abort(error);
    throw error;
  } finally {
    stopwatch.stop();
    signal.removeEventListener('abort', abort);
  }
};
