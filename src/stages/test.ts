import {pickCanaries} from '../record/canaries.ts';
import {isFinal} from '../model/phase.ts';
import {plannedHosts} from '../record/gates.ts';
import type {HostRecord} from '../record/state.ts';
import {hostRecord, type RunContext} from '../rollout/context.ts';
import {eachHostOfStage} from '../rollout/each-host.ts';
import {guardHost} from '../rollout/guard.ts';
import {lockedPlan} from '../rollout/locked-plan.ts';
import {prepareHost} from '../rollout/prepare.ts';
import {upgradeHost} from '../rollout/upgrade.ts';
import {runWave} from '../rollout/wave.ts';

/**
 * Proves the plan: on every host the preflight, the staged packages, the dry run and the way back; then the canaries go first, for
 * real. Called again it goes on where it was: what is proven for this plan is not proven twice.
 */
export const test = async (context: RunContext): Promise<void> => {
  await context.record({type: 'stage.started', data: {stage: 'test'}});
  const {digest} = await lockedPlan(context);
  const whole = await prepareAll(context);
  const canaries = pickCanaries(takingPart(context));
  const wave = await upgradeCanaries(context, canaries);

  // Asked anew: hosts may have been left out or skipped meanwhile.
  const all = takingPart(context);
  const unready = all.filter(record => !isPrepared(record, digest));
  const tried = all.filter(record => canaries.includes(record.host.name));
  const bad = tried.filter(record => record.phase !== 'done');
  const summary = [
    `${all.length - unready.length} of ${all.length} hosts staged (way back: ${gradesOf(all)})`,
    tried.length === 0
      ? 'no canary was upgraded'
      : `${tried.length - bad.length} of ${tried.length} canaries healthy (${names(tried)})`,
    ...(unready.length > 0 ? [`not ready: ${names(unready)}`] : []),
    ...(bad.length > 0 ? [`not healthy: ${names(bad)}`] : []),
  ].join('; ');
  const stopped = !whole || wave.outcome === 'stopped';
  const isProven = unready.length + bad.length === 0 && tried.length > 0;
  const outcome = stopped ? 'stopped' : isProven ? 'complete' : 'incomplete';
  await context.record({type: 'stage.ended', data: {stage: 'test', outcome, summary}});
};

/** A skipped host is not changed by this plan, and not tested for it either. */
const takingPart = (context: RunContext): HostRecord[] =>
  plannedHosts(context.state()).filter(record => record.phase !== 'skipped');

const isPrepared = (record: HostRecord, digest: string): boolean =>
  record.point?.planDigest === digest || record.phase === 'done';

const prepareAll = async (context: RunContext): Promise<boolean> => {
  const {plan, digest} = await lockedPlan(context);
  const open = takingPart(context).filter(record => !isPrepared(record, digest));
  return await eachHostOfStage(
    context,
    open.map(record => record.host.name),
    async host => {
      const hostPlan = plan.hosts.find(candidate => candidate.host === host);
      const record = hostRecord(context, host);
      if (hostPlan === undefined || isPrepared(record, digest) || record.phase === 'skipped') return;
      await guardHost(context, host, async () => {
        if (isFinal(hostRecord(context, host).phase)) {
          await context.record({
            type: 'host.attempt',
            data: {host, why: 'test', reason: 'the test was started again'},
          });
        }
        await prepareHost(context, hostPlan, digest);
      });
    },
  );
};

const upgradeCanaries = async (
  context: RunContext,
  canaries: readonly string[],
): ReturnType<typeof runWave> => {
  const {plan, digest} = await lockedPlan(context);
  const ready = canaries
    .map(host => hostRecord(context, host))
    .filter(record => record.point?.planDigest === digest && !isFinal(record.phase))
    .filter(record => record.phase !== 'rolling back')
    // No way back without an explicit word: the canary then stays where it is, and the stage says so.
    .filter(record => record.point?.grade !== 'none' || record.rollbackAccepted !== undefined);
  return await runWave(context, ready, host => {
    const hostPlan = plan.hosts.find(candidate => candidate.host === host);
    if (hostPlan === undefined) throw new Error(`${host} is not in the plan`);
    return guardHost(context, host, () => upgradeHost(context, hostPlan, digest, plan.reboot));
  });
};

const gradesOf = (records: readonly HostRecord[]): string => {
  const byGrade = Map.groupBy(records, record => record.point?.grade ?? 'not made');
  return [...byGrade].map(([grade, some]) => `${some.length} ${grade}`).join(', ');
};

const names = (records: readonly HostRecord[]): string =>
  records
    .slice(0, 5)
    .map(record => record.host.name)
    .join(', ') + (records.length > 5 ? ` and ${records.length - 5} more` : '');
