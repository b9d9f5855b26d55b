import {readFile, rm, writeFile} from 'node:fs/promises';
import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {hasCode} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import {orAbort, reasonOf} from './abort.ts';
import type {Carrier} from './command.ts';
import type {StartGates} from './connect.ts';
import {closedEarly, timedOut, TurnedAway} from './errors.ts';
import {blockedKey, type HostKeys} from './host-key.ts';
import {notReached} from './jump.ts';
import {parseKnownHosts} from './known-hosts.ts';
import {createLending} from './lending.ts';
import type {Secrets} from './secrets.ts';
import type {Tell} from './session.ts';
import type {ConnectLimits} from './settings.ts';
import {startStopwatch, type Stopwatch} from './stopwatch.ts';
import {hopCommand, probeArgs, type SystemWay} from './system-args.ts';
import {makeSystemFolder, type SystemFolder} from './system-folder.ts';
import {isUnknownKey, shownKey, systemFault, tellOf} from './system-log.ts';
import {MasterFailed, startMaster, type Master} from './system-master.ts';
import {createSystemPrompts} from './system-prompts.ts';
import {targetKey, type Target} from './target.ts';

/** The system's ssh as a way to hosts. */
export type SystemSsh = {
  /** Connects and logs in, its jump hosts before it, each judged by its own key. Throws `ssh.*`. */
  open(target: Target, ask: Asker, signal: AbortSignal, tell?: Tell): Promise<Omit<Carrier, 'by'>>;
  /** Ends every ssh it started, and leaves nothing. */
  close(): Promise<void>;
};

type World = {
  hostKeys: HostKeys;
  secrets: Secrets;
  starting: StartGates;
  limits: Pick<ConnectLimits, 'patienceMs' | 'keepalive'>;
};

const maxAttempts = 5;
const turnedAwayMs = 150;
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

export const createSystemSsh = (world: World): SystemSsh => {
  let made: Promise<SystemFolder> | undefined;
  const hops = createLending<Target, Master>({
    key: targetKey,
    onGone: (master, gone) => master.onGone(gone),
    close: master => master.close(),
  });

  const open = async (target: Target, ask: Asker, signal: AbortSignal, tell?: Tell): Promise<Master> => {
    const last = target.jumps.at(-1);
    if (last === undefined) return connect(target, undefined, ask, signal, tell);
    const hop: Target = {...last, jumps: target.jumps.slice(0, -1)};
    const lent = await hops
      .borrow(hop, own => open(hop, ask, own), signal)
      .catch((error: unknown) => {
        throw signal.aborted ? reasonOf(signal) : notReached(target, error);
      });
    try {
      const master = await connect(target, lent.thing.socket, ask, signal, tell);
      master.onGone(lent.release);
      return master;
    } catch (error) {
      lent.release();
      throw error;
    }
  };

  const connect = async (
    target: Target,
    hopSocket: string | undefined,
    ask: Asker,
    signal: AbortSignal,
    tell?: Tell,
  ): Promise<Master> => {
    const folder = await (made ??= makeSystemFolder());
    const kept = new Map<string, string>();
    const wayName = hopSocket ?? `${target.address}:${target.port}`;
    for (let attempt = 1; ; attempt += 1) {
      const own = await folder.next();
      const way: SystemWay = {
        folder: own,
        logFile: join(own, 'log'),
        acceptedFile: join(own, 'accepted'),
        keepalive: world.limits.keepalive,
        proxyCommand: hopSocket === undefined ? undefined : hopCommand(hopSocket),
      };
      await writeFile(way.acceptedFile, world.hostKeys.acceptedLines(target), {mode: 0o600});
      const leave = await world.starting.enter(wayName, signal);
      try {
        const found = await once(target, way, folder.askProgram, kept, ask, signal);
        if ('socket' in found) return found;
        leave();
        if ('unknownKey' in found) {
          await world.hostKeys.askAbout(target, found.unknownKey, ask, signal);
        }
        if (attempt >= maxAttempts) throw closedEarly(target, 'the login');
      } catch (error) {
        const crowded = hasCode(error, 'ssh.refused') || world.starting.isCrowded(wayName);
        if (!(error instanceof TurnedAway) || !crowded || attempt >= maxAttempts) throw error;
        leave();
        await orAbort(pause(turnedAwayMs * attempt * (0.5 + Math.random())), signal);
      } finally {
        leave();
        if (tell !== undefined) tellOf(await readFile(way.logFile, 'utf8').catch(() => ''), target, tell);
        await rm(way.logFile, {force: true});
      }
    }
  };

  const once = async (
    target: Target,
    way: SystemWay,
    askProgram: string,
    kept: Map<string, string>,
    ask: Asker,
    signal: AbortSignal,
  ): Promise<Master | {unknownKey: Uint8Array} | {late: true}> => {
    const own = new AbortController();
    const abort = (): void => own.abort(reasonOf(signal));
    signal.addEventListener('abort', abort, {once: true});
    const stopwatch = startStopwatch(target.connectMs, () =>
      own.abort(timedOut(target, target.connectMs, "the login of the system's ssh")),
    );
    const prompts = createSystemPrompts({
      target,
      secrets: pausing(world.secrets, stopwatch),
      ask: (question, over) => stopwatch.paused(() => ask(question, over)),
      signal: own.signal,
      patienceMs: world.limits.patienceMs,
      kept,
    });
    try {
      const master = await startMaster(target, way, askProgram, prompts, own.signal);
      prompts.in(master.keys);
      return master;
    } catch (error) {
      if (!(error instanceof MasterFailed)) {
        prompts.over(false);
        own.abort(error);
        throw error;
      }
      if (prompts.late) {
        prompts.over(false);
        return {late: true};
      }
      if (isUnknownKey(error.log)) return {unknownKey: await fetchKey(target, way, error.log, own.signal)};
      const fault = systemFault(target, error.log, error.said);
      prompts.over(fault.code === 'ssh.authentication');
      own.abort(fault);
      throw prompts.fault ?? fault;
    } finally {
      stopwatch.stop();
      signal.removeEventListener('abort', abort);
    }
  };

  /** The whole key, of which ssh has only named the fingerprint: fetched by a connection that logs in to nothing, and the same as was shown. */
  const fetchKey = async (
    target: Target,
    way: SystemWay,
    log: string,
    signal: AbortSignal,
  ): Promise<Uint8Array> => {
    const shown = shownKey(log);
    const file = `${way.folder}-key`;
    try {
      await runProbe(probeArgs(target, way, file, plainAlgorithm(shown?.algorithm ?? '')), signal);
      const text = await readFile(file, 'utf8').catch(() => '');
      const key = parseKnownHosts(text, file).entries[0]?.key;
      if (key === undefined) throw closedEarly(target, 'the fetching of its host key');
      const found = (await world.hostKeys.prepare(target)).judge(key);
      if (found.is === 'changed' || found.is === 'revoked') throw blockedKey(target, key, found);
      return key;
    } finally {
      await rm(file, {force: true});
    }
  };

  return {
    open,
    close: async () => {
      const folder = made;
      made = undefined;
      await (await folder?.catch(() => undefined))?.close();
    },
  };
};

/** A certificate that no authority of ours signed is judged by the plain key in it. */
const plainAlgorithm = (algorithm: string): string => algorithm.replace(/-cert-v\d+@openssh\.com$/, '');

const pausing = (secrets: Secrets, stopwatch: Stopwatch): Secrets => ({
  borrow: (key, host, ask, signal) => stopwatch.paused(() => secrets.borrow(key, host, ask, signal)),
});

const runProbe = (args: string[], signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('ssh', args, {stdio: 'ignore', detached: true, env: {...process.env, LC_ALL: 'C'}});
    const abort = (): void => void child.kill();
    signal.addEventListener('abort', abort, {once: true});
    const done = (): void => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(reasonOf(signal));
      else resolve();
    };
    child.once('error', done);
    child.once('close', done);
  });
