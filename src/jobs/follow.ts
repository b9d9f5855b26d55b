import {PatchdeckError} from '../model/error.ts';
import type {Job, JobState} from '../model/job.ts';
import {pollJob} from './job-scripts.ts';
import type {Link} from './link.ts';

/** How a job is watched; all in milliseconds. */
export type FollowLimits = {
  pollMs: number;
  /** During an upgrade refused, reset and timed-out links are normal: sshd itself may be replaced. */
  patienceMs: number;
  /** Before the first new try; each that fails doubles it, up to sixteen times: a host that refuses for too many logins is left alone. */
  retryMs: number;
};
const growthLimit = 16;
/** A log that went wild is followed to here; the host keeps all of it. */
const maxLogBytes = 64 * 1024 * 1024;

export const defaultFollowLimits: FollowLimits = {
  pollMs: 1000,
  patienceMs: 15 * 60_000,
  retryMs: 2000,
};

export type FollowContext = {
  link: Link;
  limits: FollowLimits;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  now(): number;
  /** Between 0 and 1. */
  random(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  signal: AbortSignal;
  /** Called with every part of the log, in order, none twice. */
  onLog(chunk: Uint8Array): Promise<void>;
  /** Called once for each outage: the link is away and is being tried again. */
  onAway(reason: string): void;
};

/**
 * Watches a job to its end, whatever happens to the link; `lost` when the host could not be asked for as long as `patienceMs`.
 * `offset` is how much of the log is known already. The whole log is handed over before the state is returned.
 */
export const followJob = async (
  job: Job,
  offset: number,
  context: FollowContext,
): Promise<JobState | 'lost'> => {
  const {limits, signal} = context;
  let known = offset;
  let awaySince: number | undefined;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      const {state, chunk} = await context.link.ask(pollJob, {job, offset: known});
      awaySince = undefined;
      failures = 0;
      if (chunk.length > 0 && known < maxLogBytes) {
        await context.onLog(chunk);
        known += chunk.length;
      }
      const whole =
        !('logBytes' in state) || known >= Math.min(state.logBytes, maxLogBytes) || chunk.length === 0;
      if (state.state !== 'running' && whole) return state;
      if (whole) await context.sleep(limits.pollMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PatchdeckError) || !isLinkTrouble(error)) throw error;
      if (awaySince === undefined) context.onAway(error.message);
      awaySince ??= context.now();
      if (context.now() - awaySince > limits.patienceMs) return 'lost';
      const wait = limits.retryMs * Math.min(2 ** failures, growthLimit);
      failures += 1;
      await context.sleep(wait * (0.5 + context.random()), signal);
    }
  }
};

/** Faults that pass: the host may be back in a moment. A changed key, a refused password or a bug is none of them. */
export const isLinkTrouble = (error: PatchdeckError): boolean =>
  [
    'ssh.refused',
    'ssh.timeout',
    'ssh.unreachable',
    'ssh.closed',
    'ssh.not-ssh',
    'ssh.shell',
    'host.lost',
    'host.deadline',
    'host.bad-answer',
    'host.script-failed',
  ].includes(error.code);
