import {isChanging} from '../model/phase.ts';
import type {HostRecord} from '../record/state.ts';
import {hostRecord, type RunContext} from '../rollout/context.ts';
import {eachHost} from '../rollout/each-host.ts';
import {guardHost} from '../rollout/guard.ts';
import {planOfHost} from '../rollout/locked-plan.ts';
import {prepareHost} from '../rollout/prepare.ts';
import {rollBackHost} from '../rollout/roll-back.ts';
import {upgradeHost} from '../rollout/upgrade.ts';

/** The hosts that an earlier console left in the middle of something. */
export const leftAtWork = (context: RunContext): HostRecord[] =>
  [...context.state().hosts.values()].filter(
    record => workOf(record) !== undefined && record.leftOut === undefined,
  );

/**
 * Asks each host that was left at work what is true now and goes on from there: no job is started twice, none is assumed. Hosts that
 * had not begun wait for the stage to be started again. Once this was called, whatever else wants one of these hosts joins its work.
 */
export const resumeHosts = async (context: RunContext): Promise<void> => {
  const left = leftAtWork(context).map(record => record.host.name);
  await eachHost(
    context,
    left,
    host => guardHost(context, host, () => goOn(context, host)),
    // All at once: their jobs run whether anybody looks or not.
    {concurrency: Number.POSITIVE_INFINITY},
  );
};

const goOn = async (context: RunContext, host: string): Promise<void> => {
  const planned = await planOfHost(context, host);
  const kind = workOf(hostRecord(context, host));
  if (planned === undefined || kind === undefined) return;
  const {hostPlan, digest, reboot} = planned;
  const work = {
    test: () => prepareHost(context, hostPlan, digest),
    upgrade: () => upgradeHost(context, hostPlan, digest, reboot),
    rollback: () => rollBackHost(context, hostPlan, digest, reboot),
  }[kind];
  await work();
};

const workOf = (record: HostRecord): 'test' | 'upgrade' | 'rollback' | undefined => {
  if (record.phase === 'rolling back') return 'rollback';
  if (isChanging(record.phase)) return 'upgrade';
  const preparing = record.phase === 'locked' || record.phase === 'checked';
  const staging = record.jobs.some(job => job.kind === 'stage' && job.state !== 'ended');
  return preparing && staging ? 'test' : undefined;
};
