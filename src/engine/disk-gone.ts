import {followJob} from '../jobs/follow.ts';
import {describeError} from '../model/error.ts';
import type {JobState} from '../model/job.ts';
import {stageNames} from '../model/phase.ts';
import type {JobRecord} from '../record/state.ts';
import type {RunContext} from '../rollout/context.ts';
import {isDiskGone} from '../store/store-error.ts';

/**
 * After the disk of the journal or of its files is gone: the jobs that may run on hosts are followed to their end, to be seen. Nothing is
 * started, and nothing of it is believed later: the next console asks the hosts.
 */
export const whileDiskIsGone = async (context: RunContext, say: (text: string) => void): Promise<void> => {
  await endStages(context);
  // One that is only intended may have begun: that it did is what could not be recorded.
  const open = [...context.state().hosts.values()].flatMap(record =>
    record.jobs.filter(job => job.state !== 'ended'),
  );
  await Promise.all(open.map(job => watch(context, job, say)));
};

/** Where the journal still takes something this small, a stage that nobody runs any more can be started again. */
const endStages = async (context: RunContext): Promise<void> => {
  const {stages} = context.state().run;
  const summary = 'the disk of the console is full or failed; what was begun on hosts goes on there';
  try {
    for (const stage of stageNames.filter(name => stages[name].status === 'running')) {
      await context.record({type: 'stage.ended', data: {stage, outcome: 'stopped', summary}});
    }
  } catch (error) {
    if (!isDiskGone(error)) throw error;
  }
};

const watch = async (context: RunContext, job: JobRecord, say: (text: string) => void): Promise<void> => {
  const {host, kind} = job;
  const state = await followJob(job, Number.MAX_SAFE_INTEGER, {
    link: context.link(host),
    limits: context.limits,
    now: () => context.elapsed(),
    random: () => context.random(),
    sleep: (ms, signal) => context.sleep(ms, signal),
    signal: context.closing,
    onLog: () => Promise.resolve(),
    onAway: reason => context.signal({host, line: `away: ${reason}`, at: context.now()}),
  }).catch((error: unknown) => {
    if (context.closing.aborted) throw error;
    return describeError(error);
  });
  say(`${host}: ${kind} ${wordOf(state)}, which is not recorded; the next console asks the host`);
};

const wordOf = (state: JobState | string): string => {
  if (typeof state === 'string')
    return state === 'lost' ? 'could not be followed' : `could not be followed (${state})`;
  if (state.state === 'ended') return `ended with ${state.rc}`;
  return state.state === 'never-started' ? 'was never started' : `is ${state.state}`;
};
