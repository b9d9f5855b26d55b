import type {HostPlan} from '../model/plan.ts';
import {changesOf} from '../model/plan.ts';
import type {Change} from '../model/package.ts';
import type {Phase} from '../model/phase.ts';
import type {RollbackPoint, StagedFile} from '../model/rollback.ts';
import {downloadBytes, findingsOf, preflight} from '../hosts/preflight.ts';
import {hostDirectory} from '../jobs/host-directory.ts';
import type {StagedPackages} from '../managers/manager.ts';
import {gradeRollback} from '../rollback/grade.ts';
import {HostStopped, type RunContext} from './context.ts';
import {runJob, settleJob} from './run-job.ts';
import {failingAlready} from './smoke-checks.ts';
import {requireSameHost} from './same-host.ts';
import {differences, findDrift, reversed, sameChanges} from './state-proof.ts';

/** Where a plan's packages lie on a host. */
export const stagingDirectory = (planDigest: string): string =>
  `${hostDirectory}/stage/${planDigest.slice(0, 32)}`;

/**
 * Proves on a host that the plan can be carried out and undone, changing nothing but its staging directory: preflight, drift,
 * staging, dry run equal to the plan, the way back simulated and graded. Throws HostStopped when the host is not ready.
 */
export const prepareHost = async (context: RunContext, plan: HostPlan, planDigest: string): Promise<void> => {
  const {host} = plan;
  const changes = changesOf(plan);
  const phase = (name: Phase, note = ''): Promise<void> =>
    context.record({type: 'host.phase', data: {host, phase: name, note}});
  await phase('locked');
  // Staging that an earlier console left under way would be seen as somebody else at work.
  await settleJob(context, host, 'stage', planDigest);
  await requireSameHost(context, host);
  await check(context, host, changes, planDigest);
  await phase('checked');
  const packages = await stagePackages(context, host, changes, planDigest);
  const point = await proveWayBack(context, host, changes, planDigest, packages);
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
  await phase('staged', `way back: ${point.grade}`);
};

const check = async (
  context: RunContext,
  host: string,
  changes: readonly Change[],
  planDigest: string,
): Promise<void> => {
  const link = context.link(host);
  const wanted = changes.flatMap(change =>
    change.to === null ? [] : [`${change.name}:${change.arch}=${change.to}`],
  );
  const needed = await link.ask(downloadBytes, {wanted});
  const {drift} = findDrift(changes, await link.ask(context.manager('apt').installed, undefined));
  const findings = [
    ...drift,
    ...findingsOf(await link.ask(preflight, undefined), needed),
    ...(await failingAlready(context, host)),
  ];
  const ready = findings.length === 0;
  await context.record({
    type: 'host.checked',
    data: {host, planDigest, ready, findings: findings.slice(0, 10).map(finding => finding.slice(0, 300))},
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

const stagePackages = async (
  context: RunContext,
  host: string,
  changes: readonly Change[],
  planDigest: string,
): Promise<StagedPackages> => {
  const manager = context.manager('apt');
  const directory = stagingDirectory(planDigest);
  await runJob(context, host, 'stage', planDigest, manager.stage({directory, changes}));
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
    const names = missing.slice(0, 3).map(change => `${change.name} ${change.to ?? ''}`);
    throw new HostStopped(
      'failed',
      'stage.missing',
      `${names.join(', ')} could not be fetched; nothing was changed`,
      'the archive may have moved on: scan again and lock the plan anew',
    );
  }
  return packages;
};

const proveWayBack = async (
  context: RunContext,
  host: string,
  changes: readonly Change[],
  planDigest: string,
  packages: StagedPackages,
): Promise<RollbackPoint> => {
  const manager = context.manager('apt');
  const link = context.link(host);
  const directory = stagingDirectory(planDigest);
  await requirePlannedSimulation(context, host, changes, planDigest, packages.fresh);
  const undo = await link.ask(manager.simulateUndo, {
    directory,
    changes,
    previous: packages.previous,
    fresh: packages.fresh,
  });
  const simulationDiffers =
    undo.refused ??
    (sameChanges(undo.changes, reversed(changes)) ? undefined : differences(reversed(changes), undo.changes));
  const {grade, reasons} = gradeRollback({
    changes,
    previous: packages.previous,
    gone: packages.gone,
    simulationDiffers,
  });
  return {
    v: 1,
    host,
    manager: 'apt',
    at: new Date(context.now()).toISOString(),
    planDigest,
    directory,
    ...packages,
    ...(await link.ask(manager.marks, undefined)),
    simulated: simulationDiffers === undefined,
    grade,
    reasons,
  };
};

/** Throws HostStopped `host.drift` when installing the staged files would do anything else than the plan. */
export const requirePlannedSimulation = async (
  context: RunContext,
  host: string,
  changes: readonly Change[],
  planDigest: string,
  fresh: readonly StagedFile[],
): Promise<void> => {
  const directory = stagingDirectory(planDigest);
  const dryRun = await context
    .link(host)
    .ask(context.manager('apt').simulateStaged, {directory, changes, fresh});
  if (dryRun.refused === undefined && sameChanges(dryRun.changes, changes)) return;
  throw new HostStopped(
    'failed',
    'host.drift',
    `the dry run is not the plan: ${dryRun.refused ?? differences(changes, dryRun.changes)}; nothing was changed`,
    'scan again and lock the plan anew',
  );
};

const holds = (files: readonly StagedFile[], change: Change, version: string): boolean =>
  files.some(file => file.name === change.name && file.arch === change.arch && file.version === version);
