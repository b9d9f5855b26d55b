import type {HostPlan} from '../model/plan.ts';
import type {Change} from '../model/package.ts';
import type {Moment} from '../model/moment.ts';
import type {Phase} from '../model/phase.ts';
import {rollbackPointSchema, type RollbackPoint} from '../model/rollback.ts';
import {findingsOf, preflight} from '../hosts/preflight.ts';
import type {HostRecord} from '../record/state.ts';
import {hostRecord, HostStopped, readDocument, type RunContext} from './context.ts';
import {requirePlannedSimulation} from './prepare.ts';
import {provePlanned} from './prove-planned.ts';
import {jobOf, runJob} from './run-job.ts';
import {inStep} from './in-step.ts';
import {failingAlready} from './smoke-checks.ts';
import {findDrift} from './state-proof.ts';
import {stepsOf, taskOf, wasBegun, type PlannedStep} from './step-task.ts';

export type InstallWork = {
  plan: HostPlan;
  planDigest: string;
  before: Moment;
  phase: (name: Phase, note?: string) => Promise<void>;
  /** Called once before the first change. */
  inhibit: () => Promise<void>;
};

/**
 * Installs the steps of a plan in their order, each proven before the next begins. All that is to be begun is looked at before the
 * first change, so that no host is left halfway for what could be seen. Gives what was done, in words.
 */
export const installSteps = async (context: RunContext, work: InstallWork): Promise<string> => {
  const {plan, planDigest, phase} = work;
  const all = stepsOf(context, plan, planDigest);
  const begun = all.filter(step => jobOf(context, taskOf(step, 'install')) !== undefined);
  const point = begun.length === 0 ? undefined : await pointOf(context, plan.host, planDigest);
  // What a console that is gone began is followed to its end first: it holds the locks that are looked at below.
  let code = 0;
  const record = hostRecord(context, plan.host);
  const neverBegun = all.filter(({index}) => !wasBegun(record, planDigest, index));
  for (const [nth, step] of begun.entries())
    await inStep({all, step, done: begun.slice(0, nth), left: neverBegun}, async () => {
      code = await runStep(context, step, point);
    });
  const left = begun.length === 0 ? 'nothing was changed' : 'nothing more was changed';
  const waiting: WaitingStep[] = [];
  for (const step of all) if (!begun.includes(step)) waiting.push(...(await lookAt(context, step, left)));
  if (begun.length + waiting.length === 0) return 'already installed';
  const allBut = (later: readonly WaitingStep[]): PlannedStep[] =>
    all.filter(({index}) => !later.some(step => step.index === index));
  const last = begun.at(-1);
  if (last !== undefined)
    await inStep({all, step: last, done: begun.slice(0, -1), left: neverBegun}, () =>
      prove(context, work, allBut(waiting), {step: last, code}),
    );
  const points = point ?? (await pointOf(context, plan.host, planDigest));
  if (waiting.length > 0) {
    if (begun.length === 0) await phase('checked');
    await requireReady(context, plan.host, planDigest, left);
    for (const step of waiting) await simulate(context, step, points, left);
    await work.inhibit();
  }
  for (const [nth, step] of waiting.entries()) {
    // What an earlier step changed may change what this one would do.
    if (nth > 0) await simulate(context, step, points, 'nothing more was changed');
    await phase('installing', `${step.label}${step.pending.length} packages`);
    const later = waiting.slice(nth + 1);
    const unbegun = neverBegun.filter(({index}) => later.some(other => other.index === index));
    await inStep({all, step, done: allBut(waiting.slice(nth)), left: unbegun}, async () => {
      code = await runStep(context, step, points);
      await prove(context, work, allBut(later), {step, code});
    });
  }
  return `${[...begun, ...waiting].reduce((sum, {changes}) => sum + changes.length, 0)} packages`;
};

/** A step of which something is not there, and nothing was begun. */
type WaitingStep = PlannedStep & {pending: readonly Change[]};

/** What is still to do of a step: nothing when it is there already. */
const lookAt = async (context: RunContext, step: PlannedStep, left: string): Promise<WaitingStep[]> => {
  const {host, manager, changes, label} = step;
  const {drift, pending} = findDrift(changes, await context.link(host).ask(manager.installed, undefined));
  if (drift.length > 0) {
    throw new HostStopped(
      'failed',
      'host.drift',
      `${label}${drift.slice(0, 3).join('; ')}; ${left}`,
      'scan again and lock the plan anew',
    );
  }
  return pending.length === 0 ? [] : [{...step, pending}];
};

const runStep = async (
  context: RunContext,
  step: PlannedStep,
  point: RollbackPoint | undefined,
): Promise<number> => {
  const own = point?.steps[step.index];
  if (own === undefined) throw new Error(`no rollback point of step ${step.index} on ${step.host}`);
  const payload = step.manager.install({point: own, changes: step.changes});
  return await runJob(context, taskOf(step, 'install'), payload);
};

const prove = (
  context: RunContext,
  {plan, planDigest, before}: InstallWork,
  done: readonly PlannedStep[],
  {step, code}: {step: PlannedStep; code: number},
): Promise<void> => {
  const changes = done.flatMap(each => each.changes);
  const ended = {task: taskOf(step, 'install'), code};
  return provePlanned(context, {plan, changes, before, planDigest, ended});
};

const pointOf = async (context: RunContext, host: string, planDigest: string): Promise<RollbackPoint> => {
  const file = hostRecord(context, host).point;
  if (file?.planDigest === planDigest) return await readDocument(context, file.file, rollbackPointSchema);
  throw new HostStopped(
    'failed',
    'host.not-staged',
    `no way back was made for this plan on ${host}; nothing was changed`,
    'run the test stage',
  );
};

const requireReady = async (
  context: RunContext,
  host: string,
  planDigest: string,
  left: string,
): Promise<void> => {
  const findings = [
    ...findingsOf(await context.link(host).ask(preflight, undefined), 0),
    ...(isTouched(hostRecord(context, host), planDigest) ? [] : await failingAlready(context, host)),
  ];
  if (findings.length === 0) return;
  throw new HostStopped(
    'failed',
    'host.not-ready',
    `${findings.slice(0, 3).join('; ')}; ${left}`,
    'mend it on the host, then try again',
  );
};

/** An earlier attempt has changed it: what fails now may be of that, and is judged against the moment before it. */
const isTouched = ({jobs}: HostRecord, planDigest: string): boolean =>
  jobs.some(job => job.kind === 'install' && job.planDigest === planDigest && job.outcome !== 'refused');

const simulate = async (
  context: RunContext,
  step: WaitingStep,
  {steps}: RollbackPoint,
  left: string,
): Promise<void> => {
  const waiting = new Set(step.pending.map(change => change.name));
  const fresh = steps[step.index]?.fresh.filter(entry => waiting.has(entry.name)) ?? [];
  await requirePlannedSimulation(context, step, step.pending, fresh, left);
};
