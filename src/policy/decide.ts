import {createHash} from 'node:crypto';
import picomatch from 'picomatch';
import {severities, type Severity} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import type {Host} from '../model/host.ts';
import type {Patch, Ranking} from '../model/patch.ts';
import type {DecidedPatch, Decision, Policy, PolicyException, Route} from '../model/policy.ts';
import {deadlineOf} from './deadline.ts';
import {isOn, needsReboot, withinEffort} from './effort.ts';
import {nextOpening} from './next-opening.ts';
import {namesAll} from './score-inputs.ts';
import {closesNothing, isInstallable} from './select.ts';
import {ssvcDecisions, type SsvcDecision} from './ssvc.ts';

export type DecisionInputs = {
  policy: Policy;
  /** sha256 of the policy's file. */
  policyDigest: string;
  route: Route;
  ranking: Ranking;
  /** Digests of scans by host. */
  scans: Readonly<Record<string, string>>;
  /** Those that take part, as the inventory states them. */
  hosts: readonly Host[];
  blocked: ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  now: number;
};

/**
 * What a policy makes of a ranking: which patches now, which in the next window, which not and why, on which hosts, by when, and whether
 * a person has to say yes. Pure: the same input gives the same decision.
 */
export const decide = (inputs: DecisionInputs): Decision => {
  const {policy, policyDigest, route, ranking, scans, hosts, blocked, now} = inputs;
  const today = new Date(now).toISOString().slice(0, 10);
  const valid = policy.exceptions.filter(({expires}) => expires >= today);
  const opening = nextOpening(policy.window ?? [], now);
  const sorted = ranking.patches.map(patch => first(patch, inputs, valid));
  return {
    v: 1,
    policy: policy.policy,
    policyDigest,
    at: new Date(now).toISOString(),
    route,
    scans: inOrder(scans),
    feeds: inOrder(ranking.feeds ?? {}),
    ...(ranking.changelogs === undefined ? {} : {changelogs: ranking.changelogs}),
    risk: digestOf(
      hosts
        .map(({name, exposure, criticality, data}) => [name, exposure, criticality, data])
        .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ),
    blocked: digestOf([...blocked].sort(([a], [b]) => (a < b ? -1 : 1))),
    reboot: policy.effort.reboots,
    ...(opening === undefined ? {} : {window: opening}),
    patches: withinEffort(sorted, {policy, route, patches: ranking.patches, hosts}),
    notes: notesOf(policy, ranking, valid),
  };
};

/** Where each patch is to be planned, by its id: what needs a person's word only with it. */
export const chosenBy = (
  {patches, route}: Decision,
  isApproved: boolean,
): Record<string, readonly string[]> =>
  Object.fromEntries(
    patches
      .filter(item => isOn(item, route) && (isApproved || item.approval === 'automatic'))
      .map(({patch, hosts = []}) => [patch, hosts]),
  );

const inOrder = (digests: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(digests).sort(([a], [b]) => (a < b ? -1 : 1)));

const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

const first = (patch: Patch, inputs: DecisionInputs, valid: readonly PolicyException[]): DecidedPatch => {
  const {policy} = inputs;
  const base = {
    patch: patch.id,
    approval: approvalOf(patch, policy),
    ...deadlineOf(patch, policy, inputs.now),
  };
  const out = notSelected(patch, inputs);
  if (out !== undefined) return {...base, verdict: 'not-selected', why: out};
  const excepted = exceptionOf(patch, valid);
  if (excepted !== undefined) {
    const {reason, owner, mitigation, expires} = excepted;
    return {
      ...base,
      verdict: 'excepted',
      why: cleanLine(`${reason}; ${owner} answers for it until ${expires}, meanwhile: ${mitigation}`, 600),
    };
  }
  if (!isInstallable(patch)) {
    const classes = [...new Set(patch.notInstalled.map(({why}) => why.replaceAll('-', ' ')))].join(', ');
    return {...base, verdict: 'not-installable', why: `${classes} on every host that has it`};
  }
  const urgent = urgentBecause(patch, policy);
  return urgent === undefined
    ? {...base, verdict: 'window', why: 'nothing makes it urgent'}
    : {...base, verdict: 'now', why: urgent, urgent};
};

const notSelected = (patch: Patch, {policy, blocked}: DecisionInputs): string | undefined => {
  const {security, minScore, ssvc, packages, exclude} = policy.select;
  const names = [patch.source, ...patch.packages];
  const meant = (globs: readonly string[]): boolean =>
    globs.some(glob => names.some(name => picomatch.isMatch(name, glob, {dot: true, nonegate: true})));
  if (blocked.has(patch.id)) return `blocked: ${cleanLine(blocked.get(patch.id) ?? '', 100)}`;
  if (meant(exclude)) return 'the policy excludes it';
  if (packages !== undefined && !meant(packages)) return 'the policy does not name it';
  if (security && closesNothing(patch)) return 'it closes no known hole';
  if (minScore !== undefined && patch.score !== null && patch.score < minScore)
    return `its score ${patch.score} is below ${minScore}`;
  if (ssvc !== undefined && patch.rating !== undefined && !reaches(patch.rating.ssvc.decision, ssvc)) {
    return `SSVC says ${patch.rating.ssvc.decision}`;
  }
  return undefined;
};

const urgentBecause = (patch: Patch, {actNow}: Policy): string | undefined => {
  const rating = patch.rating;
  if (actNow.exploited && patch.exploited.length > 0)
    return `${patch.exploited[0]?.cve ?? 'it'} is exploited`;
  if (rating !== undefined && reaches(rating.ssvc.decision, actNow.ssvc))
    return `SSVC says ${rating.ssvc.decision}: ${rating.ssvc.path.join(', ')}`;
  if (actNow.severity !== undefined && isAtLeast(rating?.severity, actNow.severity))
    return `its severity is ${rating?.severity ?? ''}`;
  if (actNow.minScore !== undefined && patch.score !== null && patch.score >= actNow.minScore)
    return `its score is ${patch.score}`;
  return undefined;
};

/** All that it closes is excepted, or it is by name. Of a list that may lack some nobody can say that all is. */
const exceptionOf = (patch: Patch, valid: readonly PolicyException[]): PolicyException | undefined => {
  const names = [patch.source, ...patch.packages];
  const named = valid.find(
    item => item.package !== undefined && names.some(name => picomatch.isMatch(name, item.package ?? '')),
  );
  if (named !== undefined) return named;
  if (!namesAll(patch.cveSource)) return undefined;
  const byCve = patch.cves.map(cve => valid.find(item => item.cve === cve));
  return byCve.length > 0 && byCve.every(item => item !== undefined) ? byCve[0] : undefined;
};

/** Without a rule nobody has to say yes; with one, what it does not let through needs a person. */
const approvalOf = (patch: Patch, {approve}: Policy): DecidedPatch['approval'] => {
  if (approve === undefined) return 'automatic';
  const {severity, severityWhole} = patch.rating ?? {};
  if (severity === undefined || severity === null || severityWhole !== true) return 'person';
  const isSmall = approve.maxHosts === undefined || patch.hosts.length <= approve.maxHosts;
  const mayReboot = approve.reboots || !needsReboot(patch);
  return severities.indexOf(severity) >= severities.indexOf(approve.severity) && isSmall && mayReboot
    ? 'automatic'
    : 'person';
};

const notesOf = ({exceptions}: Policy, {patches}: Ranking, valid: readonly PolicyException[]): string[] =>
  exceptions.flatMap(item => {
    const name = cleanLine(item.cve ?? item.package ?? '', 80);
    if (!valid.includes(item))
      return [
        `the exception for ${name} ended on ${item.expires}: ${cleanLine(item.owner, 80)} has to renew it or it is patched`,
      ];
    const isMeant =
      item.cve === undefined
        ? patches.some(({source, packages}) =>
            [source, ...packages].some(each => picomatch.isMatch(each, item.package ?? '')),
          )
        : patches.some(({cves}) => cves.includes(item.cve ?? ''));
    return isMeant ? [] : [`the exception for ${name} means nothing that is pending`];
  });

const reaches = (decision: SsvcDecision, least: SsvcDecision): boolean =>
  ssvcDecisions.indexOf(decision) <= ssvcDecisions.indexOf(least);

const isAtLeast = (severity: Severity | null | undefined, least: Severity): boolean =>
  severity !== null && severity !== undefined && severities.indexOf(severity) <= severities.indexOf(least);
