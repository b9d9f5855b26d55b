import type {Job, JobState} from '../model/job.ts';
import {pollJob} from './job-scripts.ts';
import type {Link} from './link.ts';
import {createPatience, type PatienceContext, type PatienceLimits} from './patience.ts';

/** How a job is watched; all in milliseconds. */
export type FollowLimits = PatienceLimits & {pollMs: number};

/** A log that went wild is followed to here; the host keeps all of it. */
const maxLogBytes = 64 * 1024 * 1024;

export const defaultFollowLimits: FollowLimits = {
  pollMs: 1000,
  patienceMs: 15 * 60_000,
  retryMs: 2000,
};

export type FollowContext = PatienceContext & {
  link: Link;
  limits: FollowLimits;
  /** Called with every part of the log, in order, none twice. */
  onLog(chunk: Uint8Array): Promise<void>;
  /** Called whenever it was seen to run, before the next look. */
  onRunning?(): Promise<void>;
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
  const patience = createPatience(context);
  let known = offset;
  for (;;) {
    signal.throwIfAborted();
    try {
      const {state, chunk} = await context.link.ask(pollJob, {job, offset: known});
      patience.answered();
      if (chunk.length > 0 && known < maxLogBytes) {
        await context.onLog(chunk);
        known += chunk.length;
      }
      const whole =
        !('logBytes' in state) || known >= Math.min(state.logBytes, maxLogBytes) || chunk.length === 0;
      if (state.state !== 'running' && whole) return state;
      if (!whole) continue;
      await context.onRunning?.();
      await context.sleep(limits.pollMs, signal);
    } catch (error) {
      if (!(await patience.tryAgain(error))) return 'lost';
    }
  }
};
