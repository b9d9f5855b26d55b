import type {Host} from '../model/host.ts';
import type {Patch} from '../model/patch.ts';
import type {DecidedPatch, Policy, Route} from '../model/policy.ts';
import {isKernelPackage} from './kernel.ts';

/** How much may be touched, for whom, and what matters on it. */
export type EffortInputs = {
  policy: Pick<Policy, 'effort'>;
  route: Route;
  patches: readonly Patch[];
  /** As the inventory states them. */
  hosts: readonly Host[];
};

/**
 * Fills the effort that a policy allows host by host: patches in the order of the ranking, urgent ones first, and of each the hosts on
 * which most hangs. What is planned without a person's word goes before what waits for one: only what is really planned takes room,
 * and a yes changes nothing of what was shown. What is not on the route takes none.
 */
export const withinEffort = (decided: readonly DecidedPatch[], inputs: EffortInputs): DecidedPatch[] => {
  const {effort} = inputs.policy;
  const byId = new Map(inputs.patches.map(patch => [patch.id, patch]));
  const risk = new Map(inputs.hosts.map(host => [host.name, riskOf(host)]));
  const worstFirst = (a: string, b: string): number =>
    (risk.get(a) ?? middle) - (risk.get(b) ?? middle) || (a < b ? -1 : a > b ? 1 : 0);
  const touched = new Set<string>();
  const result = new Map<string, DecidedPatch>();
  for (const item of inOrder(decided)) {
    const patch = byId.get(item.patch);
    if (patch === undefined) continue;
    const installable = installableHosts(patch);
    if (effort.reboots === 'never' && needsReboot(patch)) {
      const why = 'it takes effect with a reboot, and none is allowed';
      result.set(item.patch, {...item, verdict: 'over-effort', why, later: installable});
      continue;
    }
    if (!isOn(item, inputs.route)) continue;
    const taken = new Set<string>();
    for (const host of [...installable].sort(worstFirst)) {
      if (!touched.has(host) && touched.size >= (effort.maxHosts ?? Infinity)) continue;
      touched.add(host);
      taken.add(host);
    }
    result.set(item.patch, split(item, installable, taken, effort.maxHosts ?? 0));
  }
  return decided.map(item => result.get(item.patch) ?? item);
};

const split = (
  item: DecidedPatch,
  installable: readonly string[],
  taken: ReadonlySet<string>,
  maxHosts: number,
): DecidedPatch => {
  const hosts = installable.filter(host => taken.has(host));
  const later = installable.filter(host => !taken.has(host));
  if (later.length === 0) return {...item, hosts};
  if (hosts.length === 0) {
    const why = `${maxHosts} hosts are touched already, and no more are allowed`;
    return {...item, verdict: 'over-effort', why, later};
  }
  const why = `${item.why}; on ${hosts.length} of ${installable.length} hosts, with more of them more than ${maxHosts} would be touched`;
  return {...item, why, hosts, later};
};

/** Kernels, and what its advisory says it of; services are restarted without one. */
export const needsReboot = ({source, packages, advisories = []}: Patch): boolean =>
  /^linux(-signed.*)?$/.test(source) ||
  packages.some(isKernelPackage) ||
  advisories.some(({reboot}) => reboot === true);

/** Whether a decided patch is planned on this route. */
export const isOn = ({verdict}: DecidedPatch, route: Route): boolean =>
  route === 'all' ? verdict === 'now' || verdict === 'window' : verdict === route;

const inOrder = (decided: readonly DecidedPatch[]): DecidedPatch[] =>
  (['automatic', 'person'] as const).flatMap(approval =>
    (['now', 'window'] as const).flatMap(verdict =>
      decided.filter(item => item.verdict === verdict && item.approval === approval),
    ),
  );

const installableHosts = ({hosts, notInstalled}: Patch): string[] => {
  const kept = new Set(notInstalled.map(({host}) => host));
  return hosts.filter(host => !kept.has(host));
};

/** Exposure first, then what hangs on it; what is not stated stands in the middle. Lower is worse. */
const riskOf = ({exposure, criticality}: Pick<Host, 'exposure' | 'criticality'>): number =>
  ({internet: 0, internal: 1, isolated: 2})[exposure ?? 'internal'] * 4 +
  {critical: 0, high: 1, medium: 2, low: 3}[criticality ?? 'medium'];
const middle = riskOf({});
