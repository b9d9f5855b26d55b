import {PatchdeckError} from '../model/error.ts';
import {isFinal, type StageName} from '../model/phase.ts';
import type {HostPlan, Plan} from '../model/plan.ts';
import type {ShallowRule} from '../model/policy.ts';
import {waves} from '../policy/waves.ts';
import {blockedInPlan, gate, type Refusal} from '../record/gates.ts';
import type {HostRecord} from '../record/state.ts';
import {hostRecord, HostStopped, type RunContext} from '../rollout/context.ts';
import {eachHost} from '../rollout/each-host.ts';
import {concernsAll, guardHost} from '../rollout/guard.ts';
import {releaseLeases} from '../rollout/lease.ts';
import {planOfHost} from '../rollout/locked-plan.ts';
import {rollBackHost} from '../rollout/roll-back.ts';
import {takeTurns} from '../rollout/take-turns.ts';
import {upgradeHost} from '../rollout/upgrade.ts';
import {deploy} from '../stages/deploy.ts';
import {identify} from '../stages/identify.ts';
import {prioritize} from '../stages/prioritize.ts';
import {test} from '../stages/test.ts';
import {verify} from '../stages/verify.ts';
import type {EngineSettings} from './settings.ts';

/** Runs a stage to its end. `hosts` narrows identify, deploy and verify, `shallow` says at which hosts identify only glances. */
export const runStage = async (
  context: RunContext,
  stage: StageName,
  hosts: readonly string[] | undefined,
  inputs: {settings: EngineSettings; blocked: ReadonlyMap<string, string>; shallow?: ShallowRule | undefined},
): Promise<void> => {
  const {settings, blocked} = inputs;
  const stages: Record<StageName, () => Promise<void>> = {
    identify: () => identify(context, hosts ?? membersByName(context), inputs.shallow),
    prioritize: async () => {
      const {loadKnowledge} = await import('../advisories/knowledge.ts');
      const now = settings.rankedAt ?? context.now();
      const knowledge = await loadKnowledge(settings.kev, settings.cacheDir, now);
      await prioritize(context, {knowledge, blocked, now});
    },
    test: () => test(context),
    deploy: () => deploy(context, hosts),
    verify: () => verify(context, hosts),
  };
  await stages[stage]();
};

const membersByName = (context: RunContext): string[] =>
  [...context.state().hosts.values()]
    .filter(record => record.leftOut === undefined)
    .map(record => record.host.name);

/** Takes hosts back to their rollback points. They were checked with `refuseRollBack` before. */
export const rollBackHosts = (context: RunContext, hosts: readonly string[]): Promise<void> =>
  workByPlan(context, hosts, (plan, digest, reboot) => rollBackHost(context, plan, digest, reboot));

/** Takes up again hosts that failed or whose state is unknown; a job that still runs there is followed, not started anew. */
export const retryHosts = (context: RunContext, hosts: readonly string[]): Promise<void> =>
  workByPlan(context, hosts, (plan, digest, reboot) => upgradeHost(context, plan, digest, reboot));

/** In the order of the waves, for what a host would cut off. Neither a pause nor a stop holds it up: it was asked for besides the stages. */
const workByPlan = async (
  context: RunContext,
  hosts: readonly string[],
  work: (plan: HostPlan, digest: string, reboot: Plan['reboot']) => Promise<void>,
): Promise<void> => {
  const inOrder = waves(hosts.map(host => hostRecord(context, host))).flat();
  const inTurn = async (host: string): Promise<void> => {
    const {leftOut, phase} = hostRecord(context, host);
    // Left out or skipped while it waited for its turn.
    if (leftOut !== undefined || phase === 'skipped') return;
    // The plan is read under the guard: from its turn on the host counts as worked on.
    await guardHost(context, host, async () => {
      const planned = await planOfHost(context, host);
      if (planned !== undefined) await work(planned.hostPlan, planned.digest, planned.reboot);
    });
  };
  await takeTurns(context, inOrder, inTurn, () => Promise.resolve(true));
};

/** Lets go of everything the run holds off on hosts; gives the names of those that could not be asked. */
export const releaseAll = async (context: RunContext): Promise<string[]> => {
  const holding = [...context.state().hosts.values()].filter(record => record.leases.length > 0);
  const silent: string[] = [];
  await eachHost(
    context,
    holding.map(record => record.host.name),
    async host => {
      try {
        await releaseLeases(context, host);
      } catch (error) {
        if (concernsAll(context, error)) throw error;
        if (!(error instanceof PatchdeckError || error instanceof HostStopped)) throw error;
        silent.push(host);
      }
    },
  );
  return silent;
};

/** Why these hosts cannot be rolled back now, the first reason found. */
export const refuseRollBack = (context: RunContext, hosts: readonly HostRecord[]): Refusal | undefined =>
  refuse(hosts, 'rollback.refused', [
    [record => context.underWay.has(record.host.name), 'is being worked on', 'wait for it, or stop it first'],
    [record => record.phase === 'rolled back', 'is rolled back already', 'leave it out of the command'],
    [
      record => !record.jobs.some(job => job.kind === 'install'),
      'was not changed by this run',
      'leave it out of the command',
    ],
    [
      record => record.point?.planDigest !== record.planned?.planDigest,
      'has no rollback point',
      'mend it by hand',
    ],
  ]);

/** Why these hosts cannot be tried again now. */
export const refuseRetry = (context: RunContext, hosts: readonly HostRecord[]): Refusal | undefined =>
  blockedInPlan(context.state()) ??
  refuse(hosts, 'retry.refused', [
    [record => context.underWay.has(record.host.name), 'is being worked on', 'wait for it'],
    [
      record => record.phase !== 'failed' && record.phase !== 'unknown',
      'is neither failed nor unknown',
      'leave it out of the command',
    ],
    [
      record => record.point === undefined || record.point.planDigest !== record.planned?.planDigest,
      'was not prepared for the plan',
      'run the test stage again',
    ],
  ]);

/** Why these hosts cannot be left out or skipped now: what was begun on a host has to be ended. */
export const refuseSetAside = (context: RunContext, hosts: readonly HostRecord[]): Refusal | undefined =>
  refuse(hosts, 'host.at-work', [
    [record => context.underWay.has(record.host.name), 'is being worked on', 'wait for it, or stop it first'],
    [
      record => record.jobs.some(job => job.kind === 'install') && record.phase !== 'rolled back',
      'was changed by this run',
      'roll it back first, or hand it to a named owner',
    ],
  ]);

const refuse = (
  hosts: readonly HostRecord[],
  code: string,
  reasons: readonly (readonly [(record: HostRecord) => boolean, string, string])[],
): Refusal | undefined => {
  for (const [applies, what, next] of reasons) {
    const names = hosts.filter(applies).map(record => record.host.name);
    if (names.length > 0) {
      return {code, what: `${names.slice(0, 5).join(', ')} ${what}; nothing was done`, next};
    }
  }
  return undefined;
};

/** What keeps a plan from being locked now. */
export const refuseLock = (context: RunContext): Refusal | undefined => {
  const state = context.state();
  const refusal = gate(state, 'prioritize');
  if (refusal !== undefined) return refusal;
  if (state.run.ranking === undefined) {
    return {code: 'gate.prioritize', what: 'nothing was ranked yet', next: 'run prioritize first'};
  }
  const working = [...state.hosts.values()].filter(
    record =>
      context.underWay.has(record.host.name) ||
      (record.phase !== 'queued' && record.phase !== 'staged' && !isFinal(record.phase)),
  );
  return working.length === 0
    ? undefined
    : {
        code: 'plan.at-work',
        what: `${working.length} hosts are in the middle of the earlier plan`,
        next: 'resume the stage, or wait for it',
      };
};
