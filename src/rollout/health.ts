import type {Regression} from '../model/facts.ts';
import {compareBaselines} from '../hosts/baseline.ts';
import {baseline} from '../hosts/baseline.ts';
import {restartUnits, staleUnits} from '../hosts/restart.ts';
import {progressOf} from '../jobs/progress.ts';
import type {Moment} from '../model/moment.ts';
import type {HostPlan} from '../model/plan.ts';
import {hostRecord, managerOn, type RunContext} from './context.ts';
import {runJob, settleJob} from './run-job.ts';
import {failingChecks} from './smoke-checks.ts';
import {wasBegun} from './step-task.ts';

/**
 * Restarts, once each, the services that still run replaced code and those that the managers of steps name which were begun. Gives what only a reboot would
 * replace.
 */
export const restartStale = async (
  context: RunContext,
  {host, steps}: HostPlan,
  planDigest: string,
): Promise<string[]> => {
  // Restarted services are stale no more: a job that restarts them is asked about first.
  const task = {
    host,
    kind: 'restart',
    planDigest,
    step: 0,
    progress: progressOf,
    look: 'its services (systemctl --failed, or rc-status)',
  } as const;
  await settleJob(context, task);
  const stale = await context.link(host).ask(staleUnits, undefined);
  const record = hostRecord(context, host);
  const begun = steps.filter((_, index) => wasBegun(record, planDigest, index));
  const named = begun.flatMap(({manager}) => managerOn(context, host, manager).restart ?? []);
  const units = [...new Set([...stale.restart, ...named])];
  if (units.length > 0) await runJob(context, task, restartUnits(units));
  return stale.reboot;
};

/**
 * What is worse on a host than before, smoke checks included. Services are given `settleMs` to come up: only what stays wrong
 * counts.
 */
export const findRegressions = async (
  context: RunContext,
  host: string,
  before: Moment,
): Promise<Regression[]> => {
  const deadline = context.elapsed() + context.limits.settleMs;
  for (;;) {
    const found = await lookOnce(context, host, before);
    if (found.length === 0 || context.elapsed() >= deadline) return found;
    await context.sleep(context.limits.retryMs, context.closing);
  }
};

const lookOnce = async (context: RunContext, host: string, before: Moment): Promise<Regression[]> => {
  const [failing, now] = await Promise.all([
    failingChecks(context, host),
    context.link(host).ask(baseline, undefined),
  ]);
  const failedBefore = new Set(before.smoke);
  const worse = failing.filter(({check}) => !failedBefore.has(check));
  const seen = new Set<string>();
  return [...worse, ...compareBaselines(before.baseline, now)].filter(regression => {
    const key = regression.unit ?? regression.what;
    return !seen.has(key) && seen.add(key);
  });
};
