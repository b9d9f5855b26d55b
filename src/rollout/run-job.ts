import {PatchdeckError} from '../model/error.ts';
import type {Job, JobOutcome, JobState} from '../model/job.ts';
import {decode} from '../model/clean.ts';
import type {Script} from '../model/script.ts';
import {followJob} from '../jobs/follow.ts';
import {busyInLog} from '../jobs/busy.ts';
import {takenOver} from '../jobs/epochs.ts';
import {startJob} from '../jobs/job-scripts.ts';
import {busyCode} from '../jobs/runner.ts';
import {isLinkTrouble} from '../jobs/patience.ts';
import type {Progress} from '../jobs/progress.ts';
import type {HostRecord, JobRecord} from '../record/state.ts';
import {hostRecord, HostStopped, runClaim, type RunContext} from './context.ts';
import {forgetJobs} from './forget-jobs.ts';
import {renewLeases} from './lease.ts';

/** What a job is for: one kind of work for one step of a plan on a host. */
export type Task = {
  host: string;
  kind: Job['kind'];
  planDigest: string;
  /** Counted from 0. */
  step: number;
  /** How far a line of its log says it is. */
  progress: (line: string) => Progress | undefined;
  /** What shows on the host how far it came, where nobody can say. */
  look: string;
};

/** The job of a task that the present attempt on its host has: the newest one that has not come to nothing. */
export const jobOf = (context: RunContext, task: Task): JobRecord | undefined =>
  jobsOfAttempt(hostRecord(context, task.host)).findLast(
    job =>
      job.kind === task.kind &&
      job.planDigest === task.planDigest &&
      (job.step ?? 0) === task.step &&
      job.outcome !== 'never-started' &&
      job.outcome !== 'refused',
  );

/** A job that has not ended belongs to every attempt: it is followed, never begun anew. */
const jobsOfAttempt = (record: HostRecord): JobRecord[] =>
  record.jobs.filter((job, index) => index >= record.attemptFrom || job.state !== 'ended');

/**
 * Runs a payload as a job to its end and gives its rc. A job of this task that was begun before (by a console that is gone) is
 * adopted instead. Throws HostStopped: `unknown` when the host cannot say what became of it, `failed` when it was refused.
 */
export const runJob = async (context: RunContext, task: Task, payload: Script): Promise<number> => {
  const existing = jobOf(context, task);
  if (existing?.state === 'ended') return existing.rc ?? 1;
  const job = existing ?? (await intend(context, task));
  if (existing?.state !== 'started') await start(context, job, task, payload);
  return await followToEnd(context, job, task, payload);
};

/**
 * Follows a job of this task that an earlier console left under way to its end. One that never began comes to nothing: whether it is still
 * wanted is seen anew. Throws as `runJob`.
 */
export const settleJob = async (context: RunContext, task: Task): Promise<void> => {
  const open = jobOf(context, task);
  if (open === undefined || open.state === 'ended') return;
  const state = await follow(context, open, task);
  if (state === 'lost' || state.state !== 'never-started') await judge(context, open, task, state);
  else if (open.state === 'started') await judge(context, open, task, noTrace);
  else await end(context, open, 'never-started', null);
};

const intend = async (context: RunContext, {host, kind, planDigest, step}: Task): Promise<Job> => {
  const {scan, lastEnded} = hostRecord(context, host);
  if (scan === undefined) throw new Error(`job for ${host}, which was never scanned`);
  const job: Job = {
    id: context.newId(),
    host,
    kind,
    planDigest,
    step,
    bootId: scan.bootId,
    machineId: scan.machineId,
    ...(lastEnded === undefined ? {} : {after: lastEnded}),
  };
  await context.record({type: 'job.intended', data: {job}});
  return job;
};

/** Asking twice is safe: the host takes a job id once. A lost answer is cleared up by following. */
const start = async (context: RunContext, job: Job, task: Task, payload: Script): Promise<void> => {
  try {
    const answer = await context
      .link(job.host)
      .ask(startJob, {job, payload, by: context.by, run: runClaim(context)});
    if (answer.outcome === 'replaced') {
      await judge(context, job, task, {state: 'replaced', reason: answer.reason});
      return;
    }
    if (answer.outcome === 'refused') {
      await end(context, job, 'refused', null);
      if (answer.reason.startsWith(takenOver)) {
        throw new HostStopped(
          'failed',
          'run.taken-over',
          `${job.kind} was refused: ${answer.reason}; nothing was changed`,
          'the run goes on elsewhere: see there, or export it there and import it here',
        );
      }
      throw new HostStopped(
        'failed',
        'job.refused',
        `${job.kind} was refused: ${answer.reason}; nothing was changed`,
        'look at the host, then try again',
      );
    }
    await context.record({type: 'job.started', data: {id: job.id, host: job.host}});
  } catch (error) {
    if (!(error instanceof PatchdeckError) || !isLinkTrouble(error)) throw error;
  }
};

const followToEnd = async (context: RunContext, job: Job, task: Task, payload: Script): Promise<number> => {
  for (let tries = 0; ; tries++) {
    const state = await follow(context, job, task);
    if (state !== 'lost' && state.state === 'never-started') {
      // The host had taken it: what it knew of it was taken away, and nobody knows how far it came.
      if (isStarted(context, job)) {
        return await judge(context, job, task, {
          state: 'replaced',
          reason: 'it took this job and has no trace of it',
        });
      }
      // The start never arrived. The same id is offered again: had it arrived late, the host would answer "claimed".
      if (tries < 3) {
        await start(context, job, task, payload);
        continue;
      }
    }
    return await judge(context, job, task, state);
  }
};

const noTrace: JobState = {state: 'replaced', reason: 'it took this job and has no trace of it'};

const isStarted = (context: RunContext, job: Job): boolean =>
  hostRecord(context, job.host).jobs.some(({id, state}) => id === job.id && state === 'started');

const follow = async (context: RunContext, job: Job, task: Task): Promise<JobState | 'lost'> => {
  let line = '';
  let percent: number | undefined;
  const show = (): void =>
    context.signal({host: job.host, line, at: context.now(), ...(percent === undefined ? {} : {percent})});
  return await followJob(job, await context.logBytes(job.id), {
    link: context.link(job.host),
    limits: context.limits,
    now: () => context.elapsed(),
    random: () => context.random(),
    sleep: (ms, signal) => context.sleep(ms, signal),
    signal: context.closing,
    onLog: async chunk => {
      await context.appendLog(job.id, chunk);
      for (const text of decode(chunk).split('\n')) {
        const seen = task.progress(text);
        if (seen === undefined) continue;
        line = seen.line;
        percent = seen.percent ?? percent;
      }
      show();
    },
    onRunning: () => renewLeases(context, job.host),
    onAway: reason => {
      line = `away: ${reason}`;
      show();
    },
  });
};

const judge = async (
  context: RunContext,
  job: Job,
  task: Task,
  state: JobState | 'lost',
): Promise<number> => {
  const {host, kind} = job;
  if (state === 'lost') {
    const minutes = Math.round(context.limits.patienceMs / 60_000);
    throw new HostStopped(
      'unknown',
      'job.lost',
      `${host} did not answer for ${minutes} minutes during ${kind}; what became of it is unknown, it may still run there`,
      'look at the host; trying again asks it, nothing is started twice',
    );
  }
  switch (state.state) {
    case 'ended': {
      const log = await end(context, job, 'ended', state.rc);
      if (state.rc === busyCode) {
        const whose = log === null ? '' : ` (${busyInLog(await context.read(log))})`;
        throw new HostStopped(
          'failed',
          'job.busy',
          `other work is under way on ${host}${whose}; nothing was done`,
          'wait for it or ask whose it is, then try again',
        );
      }
      return state.rc;
    }
    case 'interrupted':
      await end(context, job, 'interrupted', null);
      throw new HostStopped(
        'unknown',
        'job.interrupted',
        `${host} booted while ${kind} ran`,
        `look at ${task.look} on it, then try again or roll back`,
      );
    case 'died':
      await end(context, job, 'died', null);
      throw new HostStopped(
        'unknown',
        'job.died',
        `${kind} on ${host} was ended from outside before it was finished`,
        `look at ${task.look} on it, then try again or roll back`,
      );
    case 'replaced':
      await end(context, job, 'replaced', null);
      throw new HostStopped(
        'unknown',
        'job.replaced',
        `${host} is not as it was: ${state.reason}`,
        'find out whether it was restored or replaced, then scan again',
      );
    case 'never-started':
      await end(context, job, 'never-started', null);
      throw new HostStopped(
        'failed',
        'job.never-started',
        `${kind} could not be started on ${host}; nothing was changed`,
        'look at the host, then try again',
      );
    case 'running':
      throw new Error('a job was judged while it runs');
  }
};

const end = async (
  context: RunContext,
  job: Job,
  outcome: JobOutcome,
  rc: number | null,
): Promise<string | null> => {
  const log = outcome === 'never-started' || outcome === 'refused' ? null : await context.finishLog(job.id);
  await context.record({type: 'job.ended', data: {id: job.id, host: job.host, outcome, rc, log}});
  // Only now, with rc and log in the journal, may the host forget the job.
  await forgetJobs(context, job.host);
  return log;
};
