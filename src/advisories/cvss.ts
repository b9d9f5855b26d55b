import {Cvss2, Cvss3P0, Cvss3P1, Cvss4P0} from 'ae-cvss-calculator';
import type {Severity} from '../model/advisory.ts';

/** `score` 0 to 10. `spreads`: it can be used from the network, by nobody in particular, without anybody's help. `total`: it gives all. */
export type CvssScore = {
  version: string;
  vector: string;
  score: number;
  severity: Severity | 'none';
  spreads: boolean;
  total: boolean;
};

/** Longest vector that is looked at: CVSS 4.0 with every metric has 230 characters. */
const maxVector = 400;

/** Scores a CVSS 2.0, 3.0, 3.1 or 4.0 vector by the standard of FIRST; undefined for what is none, or lacks a base metric. */
export const scoreCvss = (vector: string): CvssScore | undefined => {
  if (vector.length > maxVector) return undefined;
  try {
    const version = /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '2.0';
    const base = baseScore(version, vector);
    if (base === undefined || !Number.isFinite(base)) return undefined;
    const metric = metricsOf(vector);
    const is = (name: string, ...values: string[]): boolean => values.includes(metric.get(name) ?? '');
    return {
      version,
      vector,
      score: base,
      severity: severityAt(base, version),
      spreads:
        is('AV', 'N') &&
        is('AC', 'L') &&
        (version === '2.0' ? is('Au', 'N') : is('PR', 'N') && is('UI', 'N')),
      total:
        version === '2.0'
          ? is('C', 'C') && is('I', 'C')
          : version === '4.0'
            ? is('VC', 'H') && is('VI', 'H')
            : is('C', 'H') && is('I', 'H'),
    };
  } catch {
    return undefined;
  }
};

/** The best of several vectors: the newest standard, then the highest score. */
export const bestCvss = (vectors: readonly string[]): CvssScore | undefined =>
  vectors
    .flatMap(vector => scoreCvss(vector) ?? [])
    .sort((a, b) => (a.version < b.version ? 1 : a.version > b.version ? -1 : b.score - a.score))[0];

/** Undefined for another standard, and where a base metric is missing. */
const baseScore = (version: string, vector: string): number | undefined => {
  switch (version) {
    case '2.0':
      return new Cvss2(vector).calculateScores().base;
    case '3.0':
      return new Cvss3P0(vector).calculateScores().base;
    case '3.1':
      return new Cvss3P1(vector).calculateScores().base;
    case '4.0':
      return new Cvss4P0(vector).calculateScores().base;
    default:
      return undefined;
  }
};

const metricsOf = (vector: string): Map<string, string> =>
  new Map(
    vector.split('/').map(part => {
      const [name = '', value = ''] = part.split(':');
      return [name, value] as const;
    }),
  );

/** FIRST's scale of CVSS 3 and 4; CVSS 2 has no "critical". */
const severityAt = (score: number, version: string): CvssScore['severity'] => {
  if (score >= 9 && version !== '2.0') return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
};
