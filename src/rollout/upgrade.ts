import type {HostPlan} from '../model/plan.ts';
import {changesOf} from '../model/plan.ts';
import type {Phase} from '../model/phase.ts';
import {leftBeside} from './configuration.ts';
import {hostRecord, HostStopped, type RunContext} from './context.ts';
import {findRegressions, restartStale} from './health.ts';
import {installSteps} from './install-steps.ts';
import {holdUpdaters, putBack, setAside} from './lease.ts';
import {momentBefore} from './moment.ts';
import {provePlanned} from './prove-planned.ts';
import {rebootHost, rebootNeed, stillNeeded} from './reboot-host.ts';
import {suspectsOf} from './suspects.ts';
import {requireSameHost} from './same-host.ts';
import {stepsOf} from './step-task.ts';

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
  const phase = (name: Phase, note = ''): Promise<void> =>
    context.record({type: 'host.phase', data: {host, phase: name, note}});

  // A console that went away in the middle of a reboot: nothing can be asked of the host before it is back.
  const left = hostRecord(context, host);
  if (left.phase === 'rebooting' && left.rebooting !== undefined) await rebootHost(context, host);
  await requireSameHost(context, host);
  const before = await momentBefore(context, host, planDigest);
  const installed = await installSteps(context, {
    plan,
    planDigest,
    before,
    phase,
    inhibit: async () => {
      await holdUpdaters(context, host);
      const aside = await setAside(context, host);
      if (aside.length > 0) await phase('drained', aside.join(', '));
    },
  });

  await phase('restarting');
  const stale = await restartStale(context, plan, planDigest);
  const need = await rebootNeed(context, host, stale);
  const reboots = need.reasons.length > 0 && reboot === 'when-needed';
  if (reboots) {
    await phase('rebooting', need.reasons.join('; ').slice(0, 500));
    await rebootHost(context, host);
    await holdUpdaters(context, host);
    await setAside(context, host);
  }

  await phase('checking');
  await provePlanned(context, {plan, changes: changesOf(plan), before, planDigest});
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
  await putBack(context, host);
  const wanting = reboots ? '' : stillNeeded(need);
  const beside = await leftBeside(context, stepsOf(context, plan, planDigest));
  const {servicesUnknown} = before.baseline;
  const healthy =
    servicesUnknown === undefined
      ? 'healthy'
      : `healthy but for its services, not looked at: ${servicesUnknown}`;
  await phase('done', `${installed} and ${healthy}${wanting}${beside}`.slice(0, 500));
};
