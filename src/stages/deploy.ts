import {isFinal} from '../model/phase.ts';
import {waves} from '../policy/waves.ts';
import {plannedHosts} from '../record/gates.ts';
import type {HostRecord} from '../record/state.ts';
import {waveOf} from '../record/wave-of.ts';
import type {RunContext} from '../rollout/context.ts';
import {guardHost} from '../rollout/guard.ts';
import {lockedPlan} from '../rollout/locked-plan.ts';
import {upgradeHost} from '../rollout/upgrade.ts';
import {runWave, type WaveOutcome} from '../rollout/wave.ts';

/**
 * Takes the planned hosts through their waves, lowest number first, and at the end those that others stand behind, each alone. A wave in which more hosts failed than are allowed is the last
 * one. Called again it goes on with the hosts that are not in a final state. `only` narrows it to some hosts.
 */
export const deploy = async (context: RunContext, only?: readonly string[]): Promise<void> => {
  await context.record({type: 'stage.started', data: {stage: 'deploy'}});
  const {plan, digest} = await lockedPlan(context);
  const upgrade = (host: string): Promise<boolean> => {
    const hostPlan = plan.hosts.find(candidate => candidate.host === host);
    if (hostPlan === undefined) throw new Error(`${host} is not in the plan`);
    return guardHost(context, host, () => upgradeHost(context, hostPlan, digest, plan.reboot));
  };

  let outcome: WaveOutcome['outcome'] = 'done';
  for (const wave of waves(waiting(context, only))) {
    if (context.state().run.stopping !== undefined) outcome = 'stopped';
    if (outcome !== 'done') break;
    // Hosts may have been left out or skipped while earlier waves ran.
    const records = waiting(
      context,
      wave.map(({host}) => host.name),
    );
    if (records.length > 0) outcome = await deployWave(context, records, upgrade);
  }
  // What an earlier console left at work on other hosts is part of what this comes to.
  for (const record of unfinished(context)) await context.underWay.get(record.host.name);
  await context.record({
    type: 'stage.ended',
    data: {stage: 'deploy', outcome: outcomeOf(context, outcome, only), summary: summaryOf(context)},
  });
};

const deployWave = async (
  context: RunContext,
  records: readonly HostRecord[],
  upgrade: (host: string) => Promise<boolean>,
): Promise<WaveOutcome['outcome']> => {
  const wave = records[0] === undefined ? 1 : waveOf(records[0]);
  await context.record({
    type: 'wave.started',
    data: {wave, size: records.length, allowed: context.limits.failuresAllowed},
  });
  const result = await runWave(context, records, upgrade);
  const summary = [
    `${result.done.length} done`,
    ...(result.failed.length > 0
      ? [`${result.failed.length} failed (${result.failed.slice(0, 5).join(', ')})`]
      : []),
    ...(result.left.length > 0 ? [`${result.left.length} not begun`] : []),
    ...(result.dropped.length > 0 ? [`${result.dropped.length} set aside meanwhile`] : []),
  ].join(', ');
  await context.record({type: 'wave.ended', data: {wave, outcome: result.outcome, summary}});
  return result.outcome;
};

const unfinished = (context: RunContext): HostRecord[] =>
  plannedHosts(context.state()).filter(record => !isFinal(record.phase));

/** A host on its way back is no host to be upgraded. */
const waiting = (context: RunContext, only: readonly string[] | undefined): HostRecord[] =>
  unfinished(context).filter(
    record => record.phase !== 'rolling back' && (only?.includes(record.host.name) ?? true),
  );

const outcomeOf = (
  context: RunContext,
  outcome: WaveOutcome['outcome'],
  only: readonly string[] | undefined,
): 'complete' | 'incomplete' | 'stopped' => {
  if (outcome === 'stopped') return 'stopped';
  const open = unfinished(context).length > 0;
  const bad = plannedHosts(context.state()).some(({phase}) => phase === 'failed' || phase === 'unknown');
  if (open && only !== undefined && outcome === 'done') return 'stopped';
  return open || bad ? 'incomplete' : 'complete';
};

const summaryOf = (context: RunContext): string => {
  const counts = Map.groupBy(plannedHosts(context.state()), record =>
    isFinal(record.phase) ? record.phase : 'not begun',
  );
  return [...counts].map(([phase, records]) => `${records.length} ${phase}`).join(', ');
};
