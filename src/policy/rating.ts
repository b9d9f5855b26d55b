import {bestCvss, type CvssScore} from '../advisories/cvss.ts';
import type {Epss} from '../advisories/epss.ts';
import {severities, type Finding, type Severity} from '../model/advisory.ts';
import type {Rating} from '../model/patch.ts';
import type {DraftPatch} from './group.ts';
import type {ScoreInputs, Threat} from './score-inputs.ts';
import {decideSsvc, likelyEpss, noHole} from './ssvc.ts';

/** Puts together what is known of how bad and how likely it is, and what is not known. */
export const rate = (draft: DraftPatch, inputs: ScoreInputs, threat: Threat): Rating => {
  const {findings, epss} = threat;
  const cves = 'cves' in inputs.cves ? inputs.cves.cves : [];
  const isHole = draft.security || cves.length > 0 || 'missing' in inputs.cves || draft.origin === 'unknown';
  const cvss = worstCvss(findings);
  const likely = 'missing' in epss ? undefined : likeliest(epss, cves);
  const unscored = 'missing' in epss ? cves.length : cves.filter(cve => !epss.has(cve)).length;
  const severity = severityOf(findings, cvss, cves.length);
  const exploitation = exploitationOf(inputs, likely, unscored > 0 || !('cves' in inputs.cves));
  const since = findings
    .map(finding => finding.since ?? '')
    .filter(day => day !== '')
    .sort()[0];
  return {
    severity: severity.level ?? null,
    severityBy: severity.by,
    cvss:
      cvss === undefined
        ? null
        : {cve: cvss.cve, score: cvss.score.score, version: cvss.score.version, vector: cvss.score.vector},
    epss: likely === undefined ? null : {...likely},
    since: since ?? null,
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
          ...(severity.whole
            ? []
            : [`severity: ${threat.recordsMissing ?? 'not judged by the distribution'}`]),
          ...(cvss === undefined ? [`CVSS: ${threat.recordsMissing ?? 'no vector in the records'}`] : []),
          ...(unscored > 0 || likely === undefined
            ? [`EPSS: ${'missing' in epss ? epss.missing : 'no score yet'}`]
            : []),
          ...(since === undefined ? [`age: ${threat.recordsMissing ?? 'no date in the records'}`] : []),
        ],
    age: threat.age ?? null,
  };
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

/** The distribution's word goes before what a vector adds up to. `whole`: every vulnerability has one. */
const severityOf = (
  findings: readonly Finding[],
  cvss: Worst | undefined,
  count: number,
): {level: Severity | undefined; by: string; whole: boolean} => {
  const told = findings.flatMap(({severity}) => severity ?? []);
  const whole = told.length > 0 && told.length >= Math.max(count, findings.length);
  const level = severities.find(each => told.includes(each));
  if (level !== undefined) return {level, by: 'the distribution', whole};
  const scored = cvss?.score.severity;
  return scored === undefined || scored === 'none'
    ? {level: undefined, by: '', whole: false}
    : {
        level: scored,
        by: `CVSS ${cvss?.score.version ?? ''}`.trim(),
        whole: findings.every(({vectors}) => vectors !== undefined),
      };
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
