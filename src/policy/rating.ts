import {bestCvss, type CvssScore} from '../advisories/cvss.ts';
import type {Epss} from '../advisories/epss.ts';
import {severities, type Finding, type Severity} from '../model/advisory.ts';
import type {Rating} from '../model/patch.ts';
import type {DraftPatch} from './group.ts';
import {namesAll, type CveAnswer, type ScoreInputs, type Threat} from './score-inputs.ts';
import {decideSsvc, likelyEpss, noHole} from './ssvc.ts';

/** Puts together what is known of how bad and how likely it is, and what is not known. */
export const rate = (draft: DraftPatch, inputs: ScoreInputs, threat: Threat): Rating => {
  const {findings, epss} = threat;
  const cves = 'cves' in inputs.cves ? inputs.cves.cves : [];
  const isHole =
    draft.security !== false || cves.length > 0 || 'missing' in inputs.cves || draft.shallow !== undefined;
  const cvss = worstCvss(findings);
  const likely = likeliest(epss.scores, cves);
  // An old score is a sign when it is high, and none when it is low.
  const unscored =
    epss.missing === undefined ? cves.filter(cve => !epss.scores.has(cve)).length : cves.length;
  const severity = severityOf(findings, inputs.cves);
  const isWhole = severity.whole && draft.shallow === undefined;
  const isPartial = unscored > 0 || !('cves' in inputs.cves) || draft.shallow !== undefined;
  const exploitation = exploitationOf(inputs, likely, isPartial);
  const known = knownSince(findings);
  return {
    severity: severity.level ?? null,
    severityBy: severity.by,
    severityWhole: isWhole,
    cvss:
      cvss === undefined
        ? null
        : {cve: cvss.cve, score: cvss.score.score, version: cvss.score.version, vector: cvss.score.vector},
    epss: likely === undefined ? null : {...likely},
    since: known?.day ?? null,
    ...(known?.atLeast === true ? {sinceAtLeast: true} : {}),
    ssvc: isHole
      ? decideSsvc({
          exploitation,
          automatable: cvss?.score.spreads,
          total: cvss?.score.total,
          hosts: inputs.hosts,
        })
      : noHole,
    unknown: !isHole
      ? []
      : [
          ...(isWhole ? [] : [`severity: ${threat.recordsMissing ?? 'not judged for all that it closes'}`]),
          ...(cvss === undefined ? [`CVSS: ${threat.recordsMissing ?? 'no vector in the records'}`] : []),
          ...(unscored > 0 || likely === undefined ? [`EPSS: ${epss.missing ?? 'no score yet'}`] : []),
          ...ageUnknown(known, threat.recordsMissing),
        ],
    age: threat.age ?? null,
  };
};

type Known = {day: string; atLeast: boolean};

/** The earliest day on which one of them was known; `atLeast`: no record says it, this machine saw it then. */
const knownSince = (findings: readonly Finding[]): Known | undefined =>
  findings
    .flatMap(({since, seen}): Known[] => {
      const day = since ?? seen;
      return day === undefined ? [] : [{day, atLeast: since === undefined}];
    })
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : Number(a.atLeast) - Number(b.atLeast)))[0];

const ageUnknown = (known: Known | undefined, recordsMissing: string | undefined): string[] => {
  if (known === undefined) return [`age: ${recordsMissing ?? 'no date in the records'}`];
  return known.atLeast ? [`age: no date in the records, known at least since ${known.day}`] : [];
};

type Worst = {cve: string; score: CvssScore};

const worstCvss = (findings: readonly Finding[]): Worst | undefined =>
  findings
    .flatMap(({cve, vectors = []}): Worst[] => {
      const score = bestCvss(vectors);
      return score === undefined ? [] : [{cve, score}];
    })
    .sort((a, b) => b.score.score - a.score.score)[0];

const likeliest = (epss: ReadonlyMap<string, Epss>, cves: readonly string[]): Epss | undefined =>
  cves.flatMap(cve => epss.get(cve) ?? []).sort((a, b) => b.probability - a.probability)[0];

/**
 * The worst of what each vulnerability is judged to be: by the distribution's word, else by what its vector adds up to. `whole`: every
 * one that the update closes is judged, so that a mild one does not speak for another that nobody has looked at.
 */
const severityOf = (
  findings: readonly Finding[],
  cves: CveAnswer,
): {level: Severity | undefined; by: string; whole: boolean} => {
  const judged = findings.flatMap(finding => {
    const judgement = judgementOf(finding);
    return judgement === undefined ? [] : [{cve: finding.cve, ...judgement}];
  });
  const worst = severities.find(each => judged.some(({level}) => level === each));
  const names = new Set(judged.map(({cve}) => cve));
  const whole =
    'cves' in cves &&
    namesAll(cves.source) &&
    judged.length > 0 &&
    [...cves.cves, ...findings.map(({cve}) => cve)].every(cve => names.has(cve));
  return {level: worst, by: judged.find(({level}) => level === worst)?.by ?? '', whole};
};

/** A vector that adds up to nothing is no word that it is harmless. */
const judgementOf = ({severity, vectors = []}: Finding): {level: Severity; by: string} | undefined => {
  if (severity !== undefined) return {level: severity, by: 'the distribution'};
  const score = bestCvss(vectors);
  return score === undefined || score.severity === 'none'
    ? undefined
    : {level: score.severity, by: `CVSS ${score.version}`};
};

const exploitationOf = (
  {exploited, kevMissing}: ScoreInputs,
  likely: Epss | undefined,
  isPartial: boolean,
): 'none' | 'poc' | 'active' | undefined => {
  if (exploited.length > 0) return 'active';
  if (likely !== undefined && likely.probability >= likelyEpss) return 'poc';
  return isPartial || kevMissing !== undefined ? undefined : 'none';
};
