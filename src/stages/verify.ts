import {rebootReasons} from '../hosts/facts.ts';
import {staleUnits} from '../hosts/restart.ts';
import {changesOf} from '../model/plan.ts';
import {changedHosts} from '../record/gates.ts';
import {hostRecord, type RunContext} from '../rollout/context.ts';
import {eachHostOfStage} from '../rollout/each-host.ts';
import {concernsAll, troubleOf} from '../rollout/guard.ts';
import {forgetJobs} from '../rollout/forget-jobs.ts';
import {findRegressions} from '../rollout/health.ts';
import {releaseLeases} from '../rollout/lease.ts';
import {planOfHost} from '../rollout/locked-plan.ts';
import {keptMoment, marksNow} from '../rollout/moment.ts';
import {findComplaints} from '../rollout/prove-planned.ts';
import {findDeviations, findMarkDeviations, reversed} from '../rollout/state-proof.ts';
import {stepsOf} from '../rollout/step-task.ts';
import {scanHost} from './identify.ts';

/**
 * Asks every host that the run was to change what is true now, with a new scan: everything planned installed and nothing else
 * changed, no service running replaced code, no reboot wanting, services as before; and lets go of what was held off on it.
 */
export const verify = async (context: RunContext, only?: readonly string[]): Promise<void> => {
  await context.record({type: 'stage.started', data: {stage: 'verify'}});
  const hosts = changedHosts(context.state())
    .map(record => record.host.name)
    .filter(host => only?.includes(host) ?? true);
  const whole = await eachHostOfStage(context, hosts, host => verifyHost(context, host));
  const all = changedHosts(context.state());
  const good = all.filter(record => record.verified?.good === true).length;
  // Not patched, by an operator's word: they are told of, and keep nobody else from being proven.
  const skipped = all.filter(record => record.phase === 'skipped').map(record => record.host.name);
  const outcome = !whole ? 'stopped' : good + skipped.length === all.length ? 'complete' : 'incomplete';
  const summary =
    `${good} of ${all.length} hosts proven to be as planned` +
    (skipped.length === 0 ? '' : `; skipped, not patched: ${skipped.slice(0, 5).join(', ')}`) +
    (skipped.length > 5 ? ` and ${skipped.length - 5} more` : '');
  await context.record({type: 'stage.ended', data: {stage: 'verify', outcome, summary}});
};

const verifyHost = async (context: RunContext, host: string): Promise<void> => {
  const {findings, scan} = await prove(context, host).catch((error: unknown): Proof => {
    if (concernsAll(context, error)) throw error;
    return {findings: [troubleOf(error).trouble.what]};
  });
  await context.record({
    type: 'host.verified',
    data: {
      host,
      good: findings.length === 0,
      findings: findings.slice(0, 10).map(finding => finding.slice(0, 300)),
      ...(scan === undefined ? {} : {scan}),
    },
  });
  // What is left of work that did not end well is looked at until here.
  if (findings.length === 0) await forgetJobs(context, host, 'all');
};

const skippedFinding = 'skipped: not patched';

/** What is not as it should be, and the file of the scan that says so. */
type Proof = {findings: string[]; scan?: string};

const prove = async (context: RunContext, host: string): Promise<Proof> => {
  const before = await keptMoment(context, host, 'before');
  const planned = await planOfHost(context, host);
  const {phase} = hostRecord(context, host);
  if (planned === undefined) return {findings: ['no plan of it is on record']};
  if (before?.planDigest !== planned.digest) {
    return {findings: [phase === 'skipped' ? skippedFinding : `nothing was changed: it is ${phase}`]};
  }
  // One that is not as it should be stays out of traffic: an operator ends that, or its time does.
  await releaseLeases(context, host, ['drain']);
  const scan = await scanHost(context, host);
  // A host that was taken back, or never changed, is right when it is as before; any other when the plan is carried out.
  const changes = changesOf(planned.hostPlan);
  const isBack = phase === 'rolled back' || phase === 'skipped';
  const expected = isBack ? reversed(changes) : changes;
  context.signal({host, line: 'comparing with before', at: context.now()});
  const stale = await context.link(host).ask(staleUnits, undefined);
  const regressions = await findRegressions(context, host, before);
  const findings = [
    ...(phase === 'skipped' ? [skippedFinding] : []),
    ...(phase === 'failed' || phase === 'unknown' ? [`its upgrade ended ${phase}`] : []),
    ...[
      ...findDeviations(before.installed, expected, scan.installed),
      ...findMarkDeviations(before.marks, isBack ? [] : changes, await marksNow(context, host)),
      ...(await findComplaints(context, stepsOf(context, planned.hostPlan, planned.digest))),
    ].map(deviation => deviation.what),
    ...[...stale.restart, ...stale.reboot].map(unit => `${unit} still runs replaced code`),
    ...rebootReasons(scan.facts).map(reason => `needs a reboot: ${reason}`),
    ...regressions.map(regression => regression.what),
  ];
  if (findings.length === 0) await releaseLeases(context, host);
  return {findings, scan: await context.put(scan)};
};
