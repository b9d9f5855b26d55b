import {cleanLine} from '../model/clean.ts';
import type {HostPlan} from '../model/plan.ts';
import type {Change} from '../model/package.ts';
import type {Phase} from '../model/phase.ts';
import {grades, type RollbackPoint, type StagedFile, type StepPoint} from '../model/rollback.ts';
import {findingsOf, preflight} from '../hosts/preflight.ts';
import type {Simulation, StagedPackages} from '../managers/manager.ts';
import {gradeRollback} from '../rollback/grade.ts';
import {HostStopped, type RunContext} from './context.ts';
import {holdUpdaters} from './lease.ts';
import {errorsOfJob} from './job-errors.ts';
import {runJob, settleJob} from './run-job.ts';
import {failingAlready} from './smoke-checks.ts';
import {requireSameHost} from './same-host.ts';
import {differences, findDrift, reversed, sameChanges} from './state-proof.ts';
import {stepsOf, taskOf, type PlannedStep} from './step-task.ts';

/**
 * Proves on a host that the plan can be carried out and undone, changing nothing but its staging directories: preflight, drift,
 * staging, dry run equal to the plan, the way back simulated and graded, of every step. Throws HostStopped when the host is not ready.
 */
export const prepareHost = async (context: RunContext, plan: HostPlan, planDigest: string): Promise<void> => {
  const {host} = plan;
  const steps = stepsOf(context, plan, planDigest);
  const phase = (name: Phase, note = ''): Promise<void> =>
    context.record({type: 'host.phase', data: {host, phase: name, note}});
  await phase('locked');
  // Staging that an earlier console left under way would be seen as somebody else at work.
  for (const step of steps) await settleJob(context, taskOf(step, 'stage'));
  await requireSameHost(context, host);
  await check(context, host, planDigest, steps);
  await phase('checked');
  const points: StepPoint[] = [];
  for (const step of steps)
    points.push(await proveWayBack(context, step, await stagePackages(context, step)));
  const point = pointOf(context, host, planDigest, points);
  await context.record({
    type: 'host.staged',
    data: {
      host,
      planDigest,
      point: await context.put(point),
      grade: point.grade,
      why: point.reasons.join('; ').slice(0, 500),
    },
  });
  // From here to its deploy nobody else may patch it: what was proven would be true no more.
  await holdUpdaters(context, host);
  await phase('staged', `way back: ${point.grade}`);
};

const unknownRoom =
  'how much room it needs is not known: its package lists do not have all of the planned versions';

const check = async (
  context: RunContext,
  host: string,
  planDigest: string,
  steps: readonly PlannedStep[],
): Promise<void> => {
  const link = context.link(host);
  const drift: string[] = [];
  const standing: string[] = [];
  const notes: string[] = [];
  let needed = 0;
  for (const {manager, changes} of steps) {
    // Asked first: what the refresh writes may fill a disk that has hardly any room, and then apt cannot say.
    let room = await link.ask(manager.room, changes);
    // Here only: what is staged is installed also when the mirror is gone by then.
    const {fresh, failures} = await link.ask(manager.refresh, undefined);
    if (!fresh)
      standing.push(`its package lists could not be refreshed (${cleanLine(failures.join('; '), 200)})`);
    room ??= await link.ask(manager.room, changes);
    // What is staged already can be installed all the same; what cannot be fetched is said by the staging.
    if (room === undefined) notes.push(unknownRoom);
    else needed += room;
    const {held} = await link.ask(manager.marks, undefined);
    const isPlanned = (name: string): boolean => changes.some(change => change.name === name.split(':')[0]);
    standing.push(...held.filter(isPlanned).map(name => `${name} is held`));
    drift.push(...findDrift(changes, await link.ask(manager.installed, undefined)).drift);
  }
  const findings = [
    ...drift,
    ...standing,
    ...findingsOf(await link.ask(preflight, undefined), needed),
    ...(await failingAlready(context, host)),
  ];
  const ready = findings.length === 0;
  await context.record({
    type: 'host.checked',
    data: {
      host,
      planDigest,
      ready,
      findings: [...findings, ...notes].slice(0, 10).map(finding => finding.slice(0, 300)),
    },
  });
  if (!ready) {
    const code = drift.length > 0 ? 'host.drift' : 'host.not-ready';
    const next =
      drift.length > 0 ? 'scan again and lock the plan anew' : 'mend it on the host, then test again';
    throw new HostStopped('failed', code, `${findings.slice(0, 3).join('; ')}; nothing was changed`, next);
  }
};

/** Less room than this, and it is the disk that kept packages from being staged. */
const fullBelowBytes = 1024 ** 2;

const stagePackages = async (context: RunContext, step: PlannedStep): Promise<StagedPackages> => {
  const {host, manager, changes, directory} = step;
  const task = taskOf(step, 'stage');
  await runJob(context, task, manager.stage({directory, changes}));
  // The job's rc is not asked: what lies there now, hashed anew, is.
  const packages = await context.link(host).ask(manager.staged, {directory});
  const missing = changes.filter(change => change.to !== null && !holds(packages.fresh, change, change.to));
  if (missing.length > 0) {
    const full = findingsOf(await context.link(host).ask(preflight, undefined), fullBelowBytes);
    if (full.length > 0) {
      throw new HostStopped(
        'failed',
        'host.not-ready',
        `${full.slice(0, 3).join('; ')}; nothing was changed`,
        'mend it on the host, then test again',
      );
    }
    const why = await errorsOfJob(context, task);
    // What the reasons name needs no list.
    const named = missing.slice(0, why === '' ? 3 : 1).map(change => `${change.name} ${change.to ?? ''}`);
    const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : '';
    throw new HostStopped(
      'failed',
      'stage.missing',
      `${named.join(', ')}${more} could not be fetched${why}; nothing was changed`,
      why === ''
        ? 'the archive may have moved on: scan again and lock the plan anew'
        : 'mend what it says, or ask whoever runs the repository, then test again',
    );
  }
  return packages;
};

const proveWayBack = async (
  context: RunContext,
  step: PlannedStep,
  packages: StagedPackages,
): Promise<StepPoint> => {
  const {host, manager, changes, directory} = step;
  const link = context.link(host);
  await requirePlannedSimulation(context, step, changes, packages.fresh, 'nothing was changed');
  const {previous, fresh} = packages;
  const wayBack = {directory, changes, previous, fresh};
  const simulationDiffers =
    manager.simulateUndo === undefined
      ? 'none'
      : undoDiffers(changes, await link.ask(manager.simulateUndo, wayBack));
  const {grade, reasons} = gradeRollback({
    changes,
    previous,
    gone: packages.gone,
    simulationDiffers,
    refusals: manager.refusals === undefined ? [] : await link.ask(manager.refusals, wayBack),
  });
  return {
    manager: manager.id,
    directory,
    ...packages,
    ...(await link.ask(manager.marks, undefined)),
    simulated: simulationDiffers === undefined,
    grade,
    reasons,
  };
};

/** What a simulated way back does otherwise than lead back, or why it is refused. */
const undoDiffers = (changes: readonly Change[], undo: Simulation): {why: string} | undefined => {
  if (undo.refused !== undefined) return {why: undo.refused};
  const back = reversed(changes);
  return sameChanges(undo.changes, back) ? undefined : {why: differences(back, undo.changes)};
};

/** A host goes back as far as the worst of its steps. */
const pointOf = (
  context: RunContext,
  host: string,
  planDigest: string,
  steps: StepPoint[],
): RollbackPoint => ({
  v: 2,
  host,
  at: new Date(context.now()).toISOString(),
  planDigest,
  steps,
  grade: grades.findLast(grade => steps.some(step => step.grade === grade)) ?? 'full',
  reasons:
    steps.length === 0
      ? ['no package is changed']
      : steps.flatMap(({manager, reasons}) =>
          steps.length === 1 ? reasons : reasons.map(reason => `${manager}: ${reason}`),
        ),
});

/**
 * Throws HostStopped `host.drift` when installing the staged files would do anything else than these changes of a step. `left` says
 * what was done to the host.
 */
export const requirePlannedSimulation = async (
  context: RunContext,
  {host, manager, directory, label}: PlannedStep,
  changes: readonly Change[],
  fresh: readonly StagedFile[],
  left: string,
): Promise<void> => {
  const dryRun = await context.link(host).ask(manager.simulateStaged, {directory, changes, fresh});
  if (dryRun.refused === undefined && sameChanges(dryRun.changes, changes)) return;
  throw new HostStopped(
    'failed',
    'host.drift',
    `${label}the dry run is not the plan: ${dryRun.refused ?? differences(changes, dryRun.changes)}; ${left}`,
    'scan again and lock the plan anew',
  );
};

const holds = (files: readonly StagedFile[], change: Change, version: string): boolean =>
  files.some(file => file.name === change.name && file.arch === change.arch && file.version === version);
