import type {Regression} from '../model/facts.ts';
import {PatchdeckError} from '../model/error.ts';
import {compareBaselines} from '../hosts/baseline.ts';
import {baseline} from '../hosts/baseline.ts';
import {bootState, requestReboot} from '../hosts/reboot.ts';
import {restartUnits, staleUnits} from '../hosts/restart.ts';
import {busyWith} from '../jobs/busy.ts';
import {isLinkTrouble} from '../jobs/follow.ts';
import {progressOf} from '../jobs/progress.ts';
import type {Moment} from '../model/moment.ts';
import {hostRecord, HostStopped, runClaim, type RunContext} from './context.ts';
import {runJob, settleJob} from './run-job.ts';
import {failingChecks} from './smoke-checks.ts';

/** Restarts, once each, the services that still run replaced code. Gives what only a reboot would replace. */
export const restartStale = async (
  context: RunContext,
  host: string,
  planDigest: string,
): Promise<string[]> => {
  // Restarted services are stale no more: a job that restarts them is asked about first.
  const task = {
    host,
    kind: 'restart',
    planDigest,
    step: 0,
    progress: progressOf,
    look: 'systemctl --failed',
  } as const;
  await settleJob(context, task);
  const stale = await context.link(host).ask(staleUnits, undefined);
  if (stale.restart.length > 0) await runJob(context, task, restartUnits(stale.restart));
  return stale.reboot;
};

/** Reboots a host once and waits until it is back in another boot and has finished starting. A reboot under way is waited for. */
export const rebootHost = async (context: RunContext, host: string): Promise<void> => {
  const link = context.link(host);
  const underWay = hostRecord(context, host).rebooting;
  const before = underWay ?? (await link.ask(bootState, undefined)).bootId;
  if (underWay === undefined) await context.record({type: 'reboot.intended', data: {host, bootId: before}});
  // The host compares the boot: asked for again after a crash, it does not reboot a second time.
  const {outcome, reason} = await link
    .ask(requestReboot, {bootId: before, run: runClaim(context)})
    .catch((error: unknown) => {
      if (error instanceof PatchdeckError && isLinkTrouble(error))
        return {outcome: 'asked', reason: ''} as const;
      throw error;
    });
  if (outcome === 'busy' || outcome === 'taken-over') throw notRebooted(host, outcome, reason);
  if (outcome === 'asked') link.close();
  const bootId = await waitForBoot(context, host, before);
  await context.record({type: 'reboot.seen', data: {host, bootId}});
};

const notRebooted = (host: string, outcome: 'busy' | 'taken-over', reason: string): HostStopped =>
  outcome === 'busy'
    ? new HostStopped(
        'failed',
        'reboot.busy',
        `${host} was not rebooted: other work is under way there (${busyWith(reason)})`,
        'wait for it or ask whose it is, then try again',
      )
    : new HostStopped(
        'failed',
        'run.taken-over',
        `${host} was not rebooted: ${reason}`,
        'the run goes on elsewhere: see there, or export it there and import it here',
      );

const waitForBoot = async (context: RunContext, host: string, before: string): Promise<string> => {
  const deadline = context.elapsed() + context.limits.rebootMs;
  let settled: string | undefined;
  while (context.elapsed() < deadline) {
    await context.sleep(context.limits.retryMs, context.closing);
    const seen = await context
      .link(host)
      .ask(bootState, undefined, {deadlineMs: 10_000})
      .catch((error: unknown) => {
        if (error instanceof PatchdeckError && isLinkTrouble(error)) return undefined;
        throw error;
      });
    const up =
      seen !== undefined &&
      seen.bootId !== before &&
      seen.system !== 'starting' &&
      seen.system !== 'initializing';
    // Changed and stays: one look can catch a host that goes down again.
    if (up && settled === seen.bootId) return seen.bootId;
    settled = up ? seen.bootId : undefined;
    context.signal({
      host,
      line: seen === undefined ? 'away, rebooting' : `boot ${seen.system}`,
      at: context.now(),
    });
  }
  throw new HostStopped(
    'unknown',
    'reboot.not-back',
    `${host} was asked to reboot and did not come back within ${Math.round(context.limits.rebootMs / 60_000)} minutes`,
    'look at its console',
  );
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
