import {createHash} from 'node:crypto';
import type {Manager} from '../managers/manager.ts';
import {PatchdeckError} from '../model/error.ts';
import {isChoosable, type Change, type Update} from '../model/package.ts';
import {patchId} from '../model/patch.ts';
import type {HostPlan, Plan, Step} from '../model/plan.ts';
import {scanSchema} from '../model/scan.ts';
import {members} from '../record/gates.ts';
import type {HostRecord} from '../record/state.ts';
import {hostRecord, managersOn, readDocument, type RunContext} from '../rollout/context.ts';
import {eachHost} from '../rollout/each-host.ts';
import {concernsAll} from '../rollout/guard.ts';
import {refusal, requireTaken, requireWholeScans, type Kept} from './refuse-plan.ts';

export type PlanWish = {
  chosen: ReadonlySet<string>;
  reboot: Plan['reboot'];
  blocked: ReadonlyMap<string, string>;
  /** Hosts by patch: on others it is not planned. A patch that is not named is planned wherever it is pending. */
  only?: Readonly<Record<string, readonly string[]>> | undefined;
};

/**
 * Makes the plan of what was chosen: on each host the exact changes, as its package manager simulates them now. Hosts that were done
 * under an earlier plan of the run stay with that plan. Refuses (`plan.*`), naming hosts, when one could not be planned, and patches that no
 * host would take: none drops out of a plan in silence.
 */
export const lockPlan = async (context: RunContext, wish: PlanWish, reason: string): Promise<void> => {
  const {chosen, reboot, blocked} = wish;
  const {run} = context.state();
  const forbidden = [...chosen].filter(id => blocked.has(id));
  if (forbidden.length > 0)
    throw refusal('plan.blocked', `${forbidden.join(', ')} is blocked`, 'choose without it, or unblock it');
  const halfway = members(context.state())
    .filter(isHalfway)
    .map(record => record.host.name);
  if (halfway.length > 0) {
    throw refusal(
      'plan.halfway',
      `${halfway.slice(0, 5).join(', ')} stopped in the middle of the earlier plan: a new one would lose the way back`,
      'roll each back, or try it again, first',
    );
  }
  const plans = new Map<string, HostPlan>();
  const kept = new Map<string, Kept>();
  const refused: string[] = [];
  const taking = members(context.state()).filter(record => record.phase !== 'done');
  requireWholeScans(taking, wish);
  await eachHost(
    context,
    taking.map(record => record.host.name),
    async host => {
      context.signal({host, line: 'simulating', at: context.now()});
      try {
        const {plan, keeps} = await planHost(context, hostRecord(context, host), wish);
        if (plan !== undefined) plans.set(host, plan);
        for (const each of keeps) kept.set(each.id, each);
      } catch (error) {
        if (concernsAll(context, error) || !(error instanceof PatchdeckError)) throw error;
        refused.push(`${host}: ${error.message}`);
      }
    },
  );
  if (refused.length > 0) {
    throw refusal(
      'plan.refused',
      refused.slice(0, 3).join('; ') + (refused.length > 3 ? ` and ${refused.length - 3} more hosts` : ''),
      'leave these hosts out by name, or choose otherwise',
    );
  }
  const stay = members(context.state()).length - taking.length;
  // Hosts that are done may have it.
  if (stay === 0) requireTaken([...kept.values()], [...plans.values()]);
  if (plans.size === 0) {
    throw refusal(
      'plan.empty',
      stay === 0
        ? 'what is chosen changes no host'
        : `what is chosen changes no host but those that are done already (${stay})`,
      stay === 0
        ? 'choose patches that are pending and not held'
        : 'for more on these, verify and close this run and begin another',
    );
  }
  // In the order of the inventory, so that the same plan has the same digest.
  const hosts = taking.flatMap(record => plans.get(record.host.name) ?? []);
  const plan: Plan = {v: 1, run: run.id, revision: (run.plan?.revision ?? 0) + 1, reboot, hosts};
  // What was approved and tested stays so when the same comes out again.
  if (await isLocked(context, plan)) return;
  await recordPlan(
    context,
    plan,
    stay === 0 ? reason : `${reason}; ${stay} done under the earlier plan stay with it`,
  );
};

/** Whether this very plan is the one that is locked, on every host of it. */
const isLocked = async (context: RunContext, plan: Plan): Promise<boolean> => {
  const {plan: before} = context.state().run;
  if (before === undefined) return false;
  const records = plan.hosts.map(({host}) => hostRecord(context, host));
  if (records.some(({planned, phase}) => planned?.planDigest !== before.digest || isUndone(phase))) {
    return false;
  }
  return (await context.put({...plan, revision: before.revision})) === before.digest;
};

/** What a plan that is locked anew would take up again. */
const isUndone = (phase: HostRecord['phase']): boolean =>
  phase === 'rolled back' || phase === 'failed' || phase === 'unknown';

/** Changed under the earlier plan and neither done nor undone. */
const isHalfway = (record: HostRecord): boolean =>
  record.phase !== 'done' &&
  record.phase !== 'rolled back' &&
  record.jobs.some(job => job.kind === 'install' && job.planDigest === record.planned?.planDigest);

const recordPlan = async (context: RunContext, plan: Plan, reason: string): Promise<void> => {
  const digest = await context.put(plan);
  const count = (host: HostPlan): number => host.steps.reduce((sum, step) => sum + step.changes.length, 0);
  for (const host of plan.hosts) {
    await context.record({
      type: 'host.planned',
      data: {
        host: host.host,
        planDigest: digest,
        changes: count(host),
        managers: host.steps.map(({manager}) => manager),
      },
    });
  }
  // Last: a plan is locked when every host of it is recorded.
  await context.record({
    type: 'plan.locked',
    data: {
      digest,
      revision: plan.revision,
      hosts: plan.hosts.length,
      changes: plan.hosts.reduce((sum, host) => sum + count(host), 0),
      reboot: plan.reboot,
      reason,
      content: contentOf(plan),
    },
  });
};

/** What the plan does, whichever run it is of: the same input in another run gives the same. */
const contentOf = ({reboot, hosts}: Plan): string =>
  createHash('sha256').update(JSON.stringify({reboot, hosts})).digest('hex');

const planHost = async (
  context: RunContext,
  record: HostRecord,
  wish: PlanWish,
): Promise<{plan?: HostPlan; keeps: Kept[]}> => {
  const {scan, host} = record;
  const {chosen, reboot, blocked} = wish;
  if (scan === undefined) return {keeps: []};
  const {updates} = await readDocument(context, scan.file, scanSchema);
  const idOf = (update: Update): string => patchId(update.manager, update.source, update.sourceVersion);
  const isHere = (id: string): boolean => wish.only?.[id]?.includes(host.name) ?? true;
  const meant = updates.filter(update => chosen.has(idOf(update)) && isHere(idOf(update)));
  const wanted = meant.filter(update => isChoosable(update.notInstalled));
  const keeps = meant.flatMap(update => {
    const {manager, notInstalled: why} = update;
    return why === undefined || isChoosable(why) ? [] : [{id: idOf(update), host: host.name, manager, why}];
  });
  const base = {host: host.name, machineId: scan.machineId};
  if (wanted.length === 0) {
    return scan.rebootWanted && reboot === 'when-needed' && chosen.size === 0
      ? {plan: {...base, patches: [], steps: []}, keeps}
      : {keeps};
  }
  const steps: Step[] = [];
  for (const manager of managersOn(context, host.name)) {
    const own = wanted.filter(update => update.manager === manager.id);
    if (own.length === 0) continue;
    const changes = await simulateChanges(context, host.name, manager, own);
    requireUnblocked(blocked, updates, changes);
    if (changes.length > 0) steps.push({manager: manager.id, changes});
  }
  const patches = [...new Set(wanted.map(idOf))].sort();
  return steps.length === 0 ? {keeps} : {plan: {...base, patches, steps}, keeps};
};

const simulateChanges = async (
  context: RunContext,
  host: string,
  manager: Manager,
  wanted: readonly Update[],
): Promise<Change[]> => {
  const simulation = await context.link(host).ask(
    manager.simulate,
    wanted.map(({name, arch, candidate}) => ({name, arch, version: candidate})),
  );
  if (simulation.refused === undefined) return simulation.changes;
  throw new PatchdeckError(
    'outside',
    'plan.host-refused',
    `${manager.id} refuses what is chosen: ${simulation.refused}`,
    'leave it out, or choose otherwise',
  );
};

/** A blocked version must not come in as another's dependency. */
const requireUnblocked = (
  blocked: ReadonlyMap<string, string>,
  updates: readonly Update[],
  changes: readonly Change[],
): void => {
  for (const change of changes) {
    const update = updates.find(
      item => item.manager === change.manager && item.name === change.name && item.candidate === change.to,
    );
    if (update === undefined) continue;
    const id = patchId(update.manager, update.source, update.sourceVersion);
    if (!blocked.has(id)) continue;
    throw new PatchdeckError(
      'gate',
      'plan.blocked',
      `${id} is blocked and would come with it`,
      'choose otherwise',
    );
  }
};
