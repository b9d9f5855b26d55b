import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Facts} from '../model/facts.ts';
import type {ShallowRule} from '../model/policy.ts';
import type {Update} from '../model/package.ts';
import {isChanging} from '../model/phase.ts';
import type {Scan, ScanSummary} from '../model/scan.ts';
import type {Link} from '../jobs/link.ts';
import type {Manager} from '../managers/manager.ts';
import {supportOf} from '../hosts/end-of-life.ts';
import {baseline} from '../hosts/baseline.ts';
import {facts, rebootDoubt, rebootReasons} from '../hosts/facts.ts';
import {documentedOf} from '../managers/documented.ts';
import {isLowRisk} from '../policy/low-risk.ts';
import {members} from '../record/gates.ts';
import {hostRecord, managerOn, type RunContext} from '../rollout/context.ts';
import {eachHostOfStage} from '../rollout/each-host.ts';
import {concernsAll, troubleOf} from '../rollout/guard.ts';
import {refreshLists, shallowLimit} from './refresh-lists.ts';
import {tellTwinsApart} from './twins.ts';

/**
 * Asks every host what it is and what is pending on it, its package lists refreshed. A host that cannot say is unknown, by name. Those of
 * low risk by `shallow` are only glanced at, unless the run knows more of them already.
 */
export const identify = async (
  context: RunContext,
  hosts: readonly string[],
  shallow?: ShallowRule,
): Promise<void> => {
  await context.record({type: 'stage.started', data: {stage: 'identify'}});
  const whole = await eachHostOfStage(context, hosts, host => identifyHost(context, host, shallow));
  await tellTwinsApart(context);
  const taking = members(context.state());
  const answered = taking.filter(record => record.scan !== undefined && record.unreachable === undefined);
  const sum = (count: (summary: ScanSummary) => number): number =>
    answered.reduce((total, {scan}) => total + (scan === undefined ? 0 : count(scan)), 0);
  const unknown = sum(scan => scan.securityUnknown ?? 0);
  const shallowly = answered.filter(({scan}) => scan?.depth === 'shallow').length;
  const summary =
    `${answered.length} of ${taking.length} hosts answered, ` +
    `${sum(scan => scan.updates)} updates pending, ${sum(scan => scan.security)} of them security` +
    (unknown === 0 ? '' : `, of ${unknown} it is not known`) +
    (shallowly === 0 ? '' : `; ${shallowly} scanned shallowly, more may be pending there`);
  const outcome = !whole ? 'stopped' : answered.length < taking.length ? 'incomplete' : 'complete';
  await context.record({type: 'stage.ended', data: {stage: 'identify', outcome, summary}});
};

const identifyHost = async (context: RunContext, host: string, shallow?: ShallowRule): Promise<void> => {
  const {phase, host: stated, scan: before} = hostRecord(context, host);
  // In the middle of its change nothing it says would last, and looking would hold up its package manager.
  if (context.underWay.has(host) || isChanging(phase)) return;
  const isKnown = before !== undefined && before.depth === undefined;
  const isShallow = shallow !== undefined && !isKnown && isLowRisk(stated, shallow);
  try {
    const scan = await scanHost(context, host, isShallow ? 'shallow' : 'whole');
    const file = await context.put(scan);
    const {hostKey, reach} = context.link(host);
    await context.record({
      type: 'host.scanned',
      data: {
        host,
        file,
        summary: {
          ...summaryOf(scan, context.now()),
          ...documentedOf(scan.managers.map(id => managerOn(context, host, id))),
          ...(hostKey === undefined ? {} : {hostKey}),
          ...(reach === undefined ? {} : {reach}),
        },
      },
    });
  } catch (error) {
    if (concernsAll(context, error)) throw error;
    await context.record({type: 'host.unreachable', data: {host, trouble: troubleOf(error).trouble}});
  }
};

/** A look at one host. Throws what the link throws, `host.no-manager` and `host.stale-lists`. */
export const scanHost = async (
  context: RunContext,
  host: string,
  depth: 'whole' | 'shallow' = 'whole',
): Promise<Scan> => {
  const link = context.link(host);
  const say = (line: string): void => context.signal({host, line, at: context.now()});
  say('asking for facts');
  const seen = await link.ask(facts, undefined);
  const managers = context.managers.on(hostRecord(context, host).host, seen);
  if (managers.length === 0) {
    throw new PatchdeckError(
      'outside',
      'host.no-manager',
      `${host} (${seen.os.name}) has no package manager that patchdeck knows; what is pending on it is unknown`,
      'leave it out of the run by name',
    );
  }
  const scan: Scan = {
    v: 1,
    host,
    at: new Date(context.now()).toISOString(),
    ...(depth === 'shallow' ? {depth} : {}),
    facts: seen,
    baseline: await link.ask(baseline, undefined),
    managers: managers.map(({id}) => id),
    updates: [],
    installed: [],
  };
  const end = afterEnd(seen, context.now());
  for (const manager of managers) {
    const of = managers.length === 1 ? '' : ` of ${manager.id}`;
    const {limits, updates} =
      depth === 'shallow' ? await glanceAt(link, manager) : await pendingOn(link, manager, {of, say, end});
    if (limits.length > 0) scan.limits = [...new Set([...(scan.limits ?? []), ...limits])];
    scan.updates.push(...updates);
    scan.installed.push(...(await link.ask(manager.installed, undefined)));
    if (manager.foreign !== undefined) {
      scan.foreign = [...(scan.foreign ?? []), ...(await link.ask(manager.foreign, undefined))];
    }
  }
  return scan;
};

type Looked = {limits: string[]; updates: Update[]};

const glanceAt = async (link: Link, manager: Manager): Promise<Looked> => ({
  limits: [await shallowLimit(link, manager)],
  updates: await link.ask(manager.glance ?? manager.pending, undefined),
});

/** What is pending by fresh lists. `of` names the manager where there are several, `end` says what to think of where lists are gone. */
const pendingOn = async (
  link: Link,
  manager: Manager,
  {of, say, end}: {of: string; say: (line: string) => void; end: string},
): Promise<Looked> => {
  say(`refreshing package lists${of}`);
  const {failures, limits} = await refreshLists(link, manager);
  if (failures !== undefined) {
    throw new PatchdeckError(
      'outside',
      'host.stale-lists',
      `the package lists${of} of ${link.host.name} could not be refreshed (${cleanLine(failures.join('; '), 200)}); what is pending is unknown${end}`,
      'mend its repositories and scan again, or leave it out by name',
    );
  }
  say(`looking for updates${of}`);
  return {limits, updates: await link.ask(manager.pending, undefined)};
};

const summaryOf = (
  {depth, facts: seen, baseline: state, managers, updates, limits}: Scan,
  now: number,
): ScanSummary => {
  const unknown = updates.filter(update => update.security === null).length;
  const doubt = rebootDoubt(seen);
  return {
    ...(depth === undefined ? {} : {depth}),
    os: seen.os.name,
    kernel: seen.kernel.running,
    updates: updates.length,
    security: updates.filter(update => update.security).length,
    ...(unknown === 0 ? {} : {securityUnknown: unknown}),
    notInstalled: updates.filter(update => update.notInstalled !== undefined).length,
    held: seen.held.length,
    broken: seen.broken.length,
    rebootWanted: rebootReasons(seen).length > 0,
    ...(doubt === undefined ? {} : {rebootUnknown: doubt.slice(0, 300)}),
    ...(state === undefined || state.servicesUnknown !== undefined
      ? {}
      : {failedUnits: state.failedUnits.length}),
    bootId: seen.bootId,
    machineId: seen.machineId,
    managers,
    ...(limits === undefined ? {} : {limits}),
    ...supportNow(seen, now),
  };
};

/** Archives of releases past their end are moved away: that is then why. */
const afterEnd = (seen: Facts, now: number): string => {
  const {endOfLife} = supportNow(seen, now);
  return endOfLife === undefined ? '' : `; ${endOfLife}`;
};

const supportNow = ({os}: Facts, now: number): Pick<ScanSummary, 'endOfLife' | 'support'> => {
  const {state, sentence} = supportOf(os, now);
  switch (state) {
    case 'supported':
      return {};
    case 'ended':
      return {endOfLife: sentence};
    case 'limited':
    case 'unknown':
      return {support: {state, sentence}};
  }
};
