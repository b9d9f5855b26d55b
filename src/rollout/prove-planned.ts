import type {HostPlan} from '../model/plan.ts';
import type {Change} from '../model/package.ts';
import type {Moment} from '../model/moment.ts';
import {HostStopped, type RunContext} from './context.ts';
import {errorsOfJob} from './job-errors.ts';
import {takeMoment} from './moment.ts';
import type {Task} from './run-job.ts';
import {findDeviations, findMarkDeviations, type Deviation} from './state-proof.ts';
import {stepsOf, type PlannedStep} from './step-task.ts';
import {patchesOf} from './suspects.ts';

/** What failed in steps of a plan though their managers' databases say that all is done. */
export const findComplaints = async (
  context: RunContext,
  steps: readonly Pick<PlannedStep, 'host' | 'manager' | 'directory'>[],
): Promise<Deviation[]> => {
  const found: Deviation[] = [];
  for (const {host, manager, directory} of steps) {
    if (manager.complaints === undefined) continue;
    const complaints = await context.link(host).ask(manager.complaints, {directory});
    found.push(...complaints.map(complaint => ({manager: manager.id, ...complaint})));
  }
  return found;
};

/**
 * Asks the host what is true now: `before` with these changes, marked as it was, and nothing else, or HostStopped `host.not-as-planned`. A job's code is
 * only a hint of where to look when the state is not as planned.
 */
export const provePlanned = async (
  context: RunContext,
  proof: {
    plan: HostPlan;
    changes: readonly Change[];
    before: Moment;
    planDigest: string;
    /** The job that was to bring it there, and its code. */
    ended?: {task: Task; code: number};
  },
): Promise<void> => {
  const {plan, changes, before, planDigest, ended} = proof;
  const {host} = plan;
  const after = await takeMoment(context, host, planDigest);
  await context.record({type: 'host.baseline', data: {host, when: 'after', file: await context.put(after)}});
  const deviations = [
    ...findDeviations(before.installed, changes, after.installed),
    ...findMarkDeviations(before.marks, changes, after.marks),
    ...(await findComplaints(context, stepsOf(context, plan, planDigest))),
  ];
  if (deviations.length === 0) return;
  const said =
    ended === undefined
      ? ''
      : ended.code === 0
        ? 'the manager called it a success, but '
        : `the manager ended with ${ended.code}${await errorsOfJob(context, ended.task)}: `;
  throw new HostStopped(
    'failed',
    'host.not-as-planned',
    `${said}${deviations
      .slice(0, 3)
      .map(deviation => deviation.what)
      .join('; ')}${deviations.length > 3 ? ` and ${deviations.length - 3} more` : ''}`,
    'see its log; roll it back, or mend it and try again',
    await patchesOf(context, plan, deviations),
  );
};
