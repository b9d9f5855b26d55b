import type {HostPlan, Plan} from '../model/plan.ts';
import type {Moment} from '../model/moment.ts';
import {rollbackPointSchema, type RollbackPoint} from '../model/rollback.ts';
import type {HostRecord} from '../record/state.ts';
import {changedFiles} from './configuration.ts';
import {hostRecord, HostStopped, readDocument, type RunContext} from './context.ts';
import {findRegressions, restartStale} from './health.ts';
import {holdUpdaters, putBack, setAside} from './lease.ts';
import {keptMoment, takeMoment} from './moment.ts';
import {findComplaints} from './prove-planned.ts';
import {errorsOfJob} from './job-errors.ts';
import {rebootHost, rebootNeed, stillNeeded} from './reboot-host.ts';
import {runJob} from './run-job.ts';
import {requireSameHost} from './same-host.ts';
import {findDeviations, findMarkDeviations, reversed} from './state-proof.ts';
import {stepsOf, taskOf, wasBegun, type PlannedStep} from './step-task.ts';

/**
 * Takes a host back to its rollback point, the last step first, and proves it: every package, mark, hold and configuration file as
 * before, services no worse. Where what runs is replaced by a reboot only, it is rebooted when the plan allows that, and says so
 * when not. Throws HostStopped when it is not so.
 */
export const rollBackHost = async (
  context: RunContext,
  plan: HostPlan,
  planDigest: string,
  reboot: Plan['reboot'],
): Promise<void> => {
  const {host} = plan;
  const {point: file, rebooting} = hostRecord(context, host);
  const before = await keptMoment(context, host, 'before');
  if (file?.planDigest !== planDigest || before?.planDigest !== planDigest) {
    throw new HostStopped(
      'failed',
      'rollback.no-point',
      `${host} has no rollback point; nothing was changed`,
      'mend it by hand',
    );
  }
  // A console that went away in the middle of the reboot after the way back: nothing can be asked of the host before it is back.
  if (rebooting !== undefined && isUndone(hostRecord(context, host))) await rebootHost(context, host);
  await requireSameHost(context, host);
  const point = await readDocument(context, file.file, rollbackPointSchema);
  await holdUpdaters(context, host);
  await setAside(context, host);
  const steps = stepsToUndo(hostRecord(context, host), stepsOf(context, plan, planDigest));
  const codes = await undoSteps(context, host, steps, point, before);
  const wanting = await restartOrReboot(context, plan, planDigest, reboot);

  const after = await takeMoment(context, host, planDigest);
  await context.record({type: 'host.baseline', data: {host, when: 'after', file: await context.put(after)}});
  // Also a package that somebody else had brought to the planned version meanwhile goes back.
  const back = reversed(steps.flatMap(({changes}) => changes));
  const deviations = [
    ...findDeviations(before.installed, back, after.installed).map(deviation => deviation.what),
    ...findMarkDeviations(before.marks, [], after.marks).map(deviation => deviation.what),
    ...(await findComplaints(context, steps)).map(complaint => complaint.what),
    ...(await changedFiles(context, steps)).map(path => `${path} is not as it was`),
    ...(await findRegressions(context, host, before)).map(regression => regression.what),
  ];
  if (deviations.length > 0) throw incomplete(codes, deviations, '');
  await putBack(context, host);
  await context.record({
    type: 'host.phase',
    data: {
      host,
      phase: 'rolled back',
      note: `as before: packages, marks, configuration, services${wanting}`.slice(0, 500),
    },
  });
};

const isUndone = ({jobs, attemptFrom}: HostRecord): boolean => {
  const undos = jobs.slice(attemptFrom).filter(job => job.kind === 'undo');
  return undos.length > 0 && undos.every(job => job.state === 'ended');
};

/** Gives what a note says of a reboot that was not made. */
const restartOrReboot = async (
  context: RunContext,
  plan: HostPlan,
  planDigest: string,
  reboot: Plan['reboot'],
): Promise<string> => {
  const {host} = plan;
  const need = await rebootNeed(context, host, await restartStale(context, plan, planDigest));
  if (need.reasons.length === 0 || reboot === 'never') return stillNeeded(need);
  // The phase stays: a console that takes the host up here goes on with the way back.
  const note = `rebooting: ${need.reasons.join('; ')}`.slice(0, 500);
  await context.record({type: 'host.phase', data: {host, phase: 'rolling back', note}});
  await rebootHost(context, host);
  await holdUpdaters(context, host);
  await setAside(context, host);
  return '';
};

/**
 * The steps that were ever begun, last first; all of them on a host where none was, as on one that somebody else brought to the plan.
 */
const stepsToUndo = (record: HostRecord, steps: readonly PlannedStep[]): PlannedStep[] => {
  const begun = steps.filter(({planDigest, index}) => wasBegun(record, planDigest, index));
  return [...(begun.length === 0 ? steps : begun)].reverse();
};

/**
 * Each step is back before the one under it begins: a library must not go back below an application that stayed new. Gives what each ended
 * with, and why.
 */
const undoSteps = async (
  context: RunContext,
  host: string,
  steps: readonly PlannedStep[],
  point: RollbackPoint,
  before: Moment,
): Promise<string[]> => {
  const codes: string[] = [];
  for (const [nth, step] of steps.entries()) {
    const {index, manager, changes, label} = step;
    const own = point.steps[index];
    if (own === undefined) throw new Error(`no rollback point of step ${index} on ${host}`);
    await context.record({
      type: 'host.phase',
      data: {host, phase: 'rolling back', note: `${label}${changes.length} packages`},
    });
    const task = taskOf(step, 'undo');
    const code = await runJob(context, task, manager.undo({point: own, changes}));
    codes.push(`${code}${code === 0 ? '' : await errorsOfJob(context, task)}`);
    const left = steps.slice(nth + 1);
    // The last one is proven with the host as a whole.
    if (left.length === 0) break;
    const mine = before.installed.filter(item => item.manager === manager.id);
    const now = await context.link(host).ask(manager.installed, undefined);
    const deviations = [
      ...findDeviations(mine, reversed(changes), now),
      ...(await findComplaints(context, [step])),
    ].map(deviation => deviation.what);
    if (deviations.length === 0) continue;
    const forward = left.map(({manager: {id}}) => id).join(', ');
    throw incomplete(codes, deviations, `; what ${forward} changed is as it was after the upgrade`);
  }
  return codes;
};

const incomplete = (codes: readonly string[], deviations: readonly string[], left: string): HostStopped =>
  new HostStopped(
    'failed',
    'rollback.incomplete',
    `the way back ended with ${codes.join(', ')} and is not whole: ${deviations.slice(0, 4).join('; ')}${left}`,
    'look at the host by hand; its old packages are in its staging directory',
  );
