import type {HostPlan} from '../model/plan.ts';
import {changesOf} from '../model/plan.ts';
import type {Phase} from '../model/phase.ts';
import {rollbackPointSchema} from '../model/rollback.ts';
import {facts, rebootReasons} from '../hosts/facts.ts';
import {findingsOf, preflight} from '../hosts/preflight.ts';
import type {HostRecord} from '../record/state.ts';
import {inhibitUpdaters} from '../hosts/updaters.ts';
import {hostRecord, HostStopped, readDocument, type RunContext} from './context.ts';
import {findRegressions, rebootHost, restartStale} from './health.ts';
import {momentBefore, takeMoment} from './moment.ts';
import {requirePlannedSimulation} from './prepare.ts';
import {jobOf, runJob} from './run-job.ts';
import {failingAlready} from './smoke-checks.ts';
import {requireSameHost} from './same-host.ts';
import {patchesOf, suspectsOf} from './suspects.ts';
import {findDeviations, findDrift} from './state-proof.ts';
import type {Moment} from '../model/moment.ts';
import type {Change} from '../model/package.ts';

/**
 * Takes one host through its phases to a proven `done`. Every step looks first at what is so: called again after a crash it goes
 * on where the host is, and nothing runs twice. Throws HostStopped for anything but done.
 */
export const upgradeHost = async (
  context: RunContext,
  plan: HostPlan,
  planDigest: string,
  reboot: 'never' | 'when-needed',
): Promise<void> => {
  const {host} = plan;
  const changes = changesOf(plan);
  const phase = (name: Phase, note = ''): Promise<void> =>
    context.record({type: 'host.phase', data: {host, phase: name, note}});

  await requireSameHost(context, host);
  const before = await momentBefore(context, host, planDigest);
  const installed = await install(context, plan, changes, planDigest, before, phase);

  await phase('restarting');
  const needReboot = await restartStale(context, host, planDigest);
  const reasons = [
    ...rebootReasons(await context.link(host).ask(facts, undefined)),
    ...(needReboot.length > 0 ? [`${needReboot.join(', ')} still runs replaced code`] : []),
  ];
  if (reasons.length > 0 && reboot === 'when-needed') {
    await phase('rebooting', reasons.join('; ').slice(0, 500));
    await rebootHost(context, host);
    await inhibit(context, host);
  }

  await phase('checking');
  await prove(context, plan, changes, before, planDigest);
  const regressions = await findRegressions(context, host, before);
  if (regressions.length > 0) {
    throw new HostStopped(
      'failed',
      'host.regression',
      `${regressions
        .map(regression => regression.what)
        .slice(0, 4)
        .join('; ')}. The packages are installed as planned`,
      'roll it back, or mend it and try again',
      await suspectsOf(context, plan, regressions),
    );
  }
  const left =
    reasons.length > 0 && reboot === 'never' ? `; a reboot is still needed: ${reasons.join('; ')}` : '';
  await phase('done', `${installed} and healthy${left}`.slice(0, 500));
};

const install = async (
  context: RunContext,
  plan: HostPlan,
  changes: readonly Change[],
  planDigest: string,
  before: Moment,
  phase: (name: Phase, note?: string) => Promise<void>,
): Promise<string> => {
  const {host} = plan;
  const begun = jobOf(context, host, 'install', planDigest);
  const now =
    begun === undefined ? await context.link(host).ask(context.manager('apt').installed, undefined) : [];
  const report = findDrift(changes, now);
  if (begun === undefined) {
    if (report.drift.length > 0) {
      throw new HostStopped(
        'failed',
        'host.drift',
        `${report.drift.slice(0, 3).join('; ')}; nothing was changed`,
        'scan again and lock the plan anew',
      );
    }
    if (report.pending.length === 0) return 'already installed';
  }
  const file = hostRecord(context, host).point;
  if (file?.planDigest !== planDigest) {
    throw new HostStopped(
      'failed',
      'host.not-staged',
      `no way back was made for this plan on ${host}; nothing was changed`,
      'run the test stage',
    );
  }
  const point = await readDocument(context, file.file, rollbackPointSchema);
  if (begun === undefined) {
    await phase('checked');
    const findings = [
      ...findingsOf(await context.link(host).ask(preflight, undefined), 0),
      ...(isTouched(hostRecord(context, host), planDigest) ? [] : await failingAlready(context, host)),
    ];
    if (findings.length > 0) {
      throw new HostStopped(
        'failed',
        'host.not-ready',
        `${findings.slice(0, 3).join('; ')}; nothing was changed`,
        'mend it on the host, then try again',
      );
    }
    const waiting = new Set(report.pending.map(change => change.name));
    const fresh = point.fresh.filter(entry => waiting.has(entry.name));
    await requirePlannedSimulation(context, host, report.pending, planDigest, fresh);
    await phase('drained');
    await inhibit(context, host);
    await phase('installing', `${report.pending.length} packages`);
  }
  const code = await runJob(
    context,
    host,
    'install',
    planDigest,
    context.manager('apt').install({point, changes}),
  );
  await prove(context, plan, changes, before, planDigest, code);
  return `${changes.length} packages`;
};

/** An earlier attempt has changed it: what fails now may be of that, and is judged against the moment before it. */
const isTouched = ({jobs}: HostRecord, planDigest: string): boolean =>
  jobs.some(job => job.kind === 'install' && job.planDigest === planDigest && job.outcome !== 'refused');

/** Asks the host what is true now. The job's code is only a hint of where to look when the state is not as planned. */
const prove = async (
  context: RunContext,
  plan: HostPlan,
  changes: readonly Change[],
  before: Moment,
  planDigest: string,
  code?: number,
): Promise<void> => {
  const {host} = plan;
  const after = await takeMoment(context, host, planDigest);
  await context.record({type: 'host.baseline', data: {host, when: 'after', file: await context.put(after)}});
  const deviations = findDeviations(before.installed, changes, after.installed);
  if (deviations.length === 0) return;
  const said =
    code === undefined
      ? ''
      : code === 0
        ? 'the manager called it a success, but '
        : `the manager ended with ${code}: `;
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

/** Automatic updaters are held off, on the host, for as long as a lease lasts. Known before it is done; where none ran, nothing is held. */
const inhibit = async (context: RunContext, host: string): Promise<void> => {
  const seconds = Math.round(context.limits.leaseMs / 1000);
  const expires = new Date(context.now() + context.limits.leaseMs).toISOString();
  await context.record({
    type: 'lease.intended',
    data: {host, id: 'updaters', what: 'automatic updaters are stopped', expires},
  });
  if ((await context.link(host).ask(inhibitUpdaters, {seconds})) === 'held') return;
  await context.record({type: 'lease.released', data: {host, id: 'updaters'}});
};
