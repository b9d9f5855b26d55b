import {removeJob} from '../jobs/job-scripts.ts';
import {PatchdeckError} from '../model/error.ts';
import type {JobOutcome} from '../model/job.ts';
import type {JobRecord} from '../record/state.ts';
import {hostRecord, type RunContext} from './context.ts';

/** How a job ended that leaves a directory on its host. Of `died` and `interrupted` it is kept until the host's state is proven. */
const left: ReadonlySet<JobOutcome | undefined> = new Set(['ended', 'refused']);
const leftToSee: ReadonlySet<JobOutcome | undefined> = new Set(['ended', 'refused', 'died', 'interrupted']);

/** Hosts that may still have the directory of a job whose end and log are in the journal. */
export const hostsToTidy = (context: RunContext, which: 'ended' | 'all'): string[] => {
  const {run, hosts} = context.state();
  if (run.closed !== undefined) return [];
  return [...hosts.values()]
    .filter(record => record.leftOut === undefined && jobsToForget(record.jobs, which).length > 0)
    .map(record => record.host.name);
};

const jobsToForget = (jobs: readonly JobRecord[], which: 'ended' | 'all'): JobRecord[] =>
  jobs.filter(
    job =>
      job.state === 'ended' &&
      job.forgotten === undefined &&
      (which === 'all' ? leftToSee : left).has(job.outcome),
  );

/**
 * Has a host remove the directories of jobs by their ids, once the journal has all of them. That it cannot be asked now is no fault of
 * theirs: it is asked again with its next job, when the run is taken up, and when it is closed.
 */
export const forgetJobs = async (
  context: RunContext,
  host: string,
  which: 'ended' | 'all' = 'ended',
): Promise<void> => {
  for (const {id, outcome = 'ended'} of jobsToForget(hostRecord(context, host).jobs, which)) {
    const answer = await context
      .link(host)
      .ask(removeJob, {id, outcome})
      .catch((error: unknown) => {
        if (context.closing.aborted || !(error instanceof PatchdeckError)) throw error;
      });
    if (answer === undefined) return;
    if (answer === 'gone') await context.record({type: 'job.forgotten', data: {id, host}});
  }
};
