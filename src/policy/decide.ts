import picomatch from 'picomatch';
import {severities, type Severity} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import type {Patch, Ranking} from '../model/patch.ts';
import type {DecidedPatch, Decision, Policy, PolicyException} from '../model/policy.ts';
import {namesAll} from './score-inputs.ts';
import {closesNothing, isInstallable} from './select.ts';
import {ssvcDecisions, type SsvcDecision} from './ssvc.ts';

export type DecisionInputs = {
  policy: Policy;
  /** sha256 of the policy's file. */
  policyDigest: string;
  ranking: Ranking;
  /** Digests of scans by host. */
  scans: Readonly<Record<string, string>>;
  blocked: ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  now: number;
};

const dayMs = 86_400_000;

/**
 * What a policy makes of a ranking: which patches now, which in the next window, which not and why, by when, and whether a person has to
 * say yes. Pure: the same input gives the same decision.
 */
export const decide = (inputs: DecisionInputs): Decision => {
  const {policy, policyDigest, ranking, scans, now} = inputs;
  const today = new Date(now).toISOString().slice(0, 10);
  const valid = policy.exceptions.filter(({expires}) => expires >= today);
  const sorted = ranking.patches.map(patch => first(patch, inputs, valid));
  return {
    v: 1,
    policy: policy.policy,
    policyDigest,
    at: new Date(now).toISOString(),
    scans: Object.fromEntries(Object.entries(scans).sort(([a], [b]) => (a < b ? -1 : 1))),
    feeds: Object.fromEntries(Object.entries(ranking.feeds ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))),
    reboot: policy.effort.reboots,
    patches: withinEffort(sorted, ranking, policy),
    notes: notesOf(policy, ranking, valid),
  };
};

/** Ids to choose for a route: what needs a person's word only with it. */
export const chosenBy = (
  {patches}: Decision,
  route: 'now' | 'window' | 'all',
  isApproved: boolean,
): string[] =>
  patches
    .filter(({verdict}) => verdict === 'now' || verdict === 'window')
    .filter(({verdict}) => route === 'all' || verdict === route)
    .filter(({approval}) => isApproved || approval === 'automatic')
    .map(({patch}) => patch);

const first = (patch: Patch, inputs: DecisionInputs, valid: readonly PolicyException[]): DecidedPatch => {
  const {policy} = inputs;
  const base = {
    patch: patch.id,
    approval: approvalOf(patch, policy),
    ...deadlineOf(patch, inputs),
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
    : {...base, verdict: 'now', why: urgent};
};

/** In the order of the ranking, so that what is left for later is what matters least. */
const withinEffort = (
  decided: readonly DecidedPatch[],
  {patches}: Ranking,
  {effort}: Policy,
): DecidedPatch[] => {
  const byId = new Map(patches.map(patch => [patch.id, patch]));
  const hosts = new Set<string>();
  const wanted = (['now', 'window'] as const).flatMap(verdict =>
    decided.filter(item => item.verdict === verdict),
  );
  const over = new Map<string, string>();
  for (const {patch: id} of wanted) {
    const patch = byId.get(id);
    if (patch === undefined) continue;
    if (effort.reboots === 'never' && needsReboot(patch)) {
      over.set(id, 'it takes effect with a reboot, and none is allowed');
      continue;
    }
    const kept = new Set(patch.notInstalled.map(({host}) => host));
    const more = patch.hosts.filter(host => !kept.has(host) && !hosts.has(host));
    if (effort.maxHosts !== undefined && hosts.size + more.length > effort.maxHosts) {
      over.set(id, `with it more than ${effort.maxHosts} hosts would be touched`);
    } else for (const host of more) hosts.add(host);
  }
  return decided.map(item => {
    const why = over.get(item.patch);
    return why === undefined ? item : {...item, verdict: 'over-effort', why};
  });
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

/** Counted from the day on which it became known; where nobody knows that, from now, which is said. */
const deadlineOf = (patch: Patch, {policy, now}: DecisionInputs): {deadline?: DecidedPatch['deadline']} => {
  const {deadlines} = policy;
  const candidates: {at: number; why: string}[] = [];
  if (patch.cves.length > 0 || patch.security) {
    const since = Date.parse(patch.rating?.since ?? '');
    const from = Number.isNaN(since) ? now : since;
    const known = Number.isNaN(since)
      ? 'counted from now, as nobody says since when it is known'
      : `known ${patch.rating?.sinceAtLeast === true ? 'at least ' : ''}since ${patch.rating?.since ?? ''}`;
    for (const level of levelsOf(patch)) {
      const allowed = deadlines[level];
      if (allowed !== undefined)
        candidates.push({at: from + allowed * dayMs, why: `severity ${level}: ${allowed} days, ${known}`});
    }
  }
  const hasDeadlines = Object.values(deadlines).some(allowed => allowed !== undefined);
  for (const {cve, since, due} of patch.exploited) {
    if (deadlines.exploited !== undefined) {
      candidates.push({
        at: Date.parse(since) + deadlines.exploited * dayMs,
        why: `${cve} exploited since ${since}: ${deadlines.exploited} days`,
      });
    }
    if (hasDeadlines && due !== '') candidates.push({at: Date.parse(due), why: `${cve}: due by CISA`});
  }
  const [soonest] = candidates.filter(({at}) => !Number.isNaN(at)).sort((a, b) => a.at - b.at);
  if (soonest === undefined) return {};
  const by = new Date(soonest.at).toISOString().slice(0, 10);
  const left = Math.round((Date.parse(by) - Date.parse(new Date(now).toISOString().slice(0, 10))) / dayMs);
  return {deadline: {by, left, why: soonest.why}};
};

/** Where not all that it closes is judged, what is known may be the least of it: the stricter deadline counts. */
const levelsOf = ({rating}: Patch): (Severity | 'unknown')[] => {
  if (rating?.severity === undefined || rating.severity === null) return ['unknown'];
  return rating.severityWhole === true ? [rating.severity] : [rating.severity, 'unknown'];
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

/** Kernels; services are restarted without one. */
export const needsReboot = ({source, packages}: Patch): boolean =>
  /^linux(-signed.*)?$/.test(source) || packages.some(name => /^linux-image-/.test(name));

const reaches = (decision: SsvcDecision, least: SsvcDecision): boolean =>
  ssvcDecisions.indexOf(decision) <= ssvcDecisions.indexOf(least);

const isAtLeast = (severity: Severity | null | undefined, least: Severity): boolean =>
  severity !== null && severity !== undefined && severities.indexOf(severity) <= severities.indexOf(least);
