import type {Urgency} from '../model/changelog.ts';
import type {Host} from '../model/host.ts';
import type {DraftPatch} from './group.ts';
import {missingInputs, reasonOf} from './reason.ts';
import type {Rating} from '../model/patch.ts';
import {rate} from './rating.ts';
import {isUncovered, namesAll, type ScoreInputs} from './score-inputs.ts';

export type Score = {score: number | null; why: string; missing: string[]; rating?: Rating};

/**
 * What speaks for a patch, in points that add up to 100 at most. Being exploited weighs more than all the rest together. Of the hosts
 * the worst one counts. A missing input counts as the middle, never as the least: an exposure nobody stated is taken for internal, a
 * criticality for medium, unknown CVEs for some, and what may be exploited lies above everything that is known not to be, all else equal.
 */
const points = {
  exploited: {yes: 52, unknown: 12, no: 0},
  security: {yes: 14, unknown: 7, no: 0},
  cves: {none: 0, one: 4, some: 6, many: 8, unknown: 5},
  urgent: 2,
  /** In the place of the number of CVEs and the urgency where the distribution judged all of them. */
  severity: {critical: 10, high: 8, medium: 5, low: 2, negligible: 0, unknown: 5},
  /** A hole that is known for more than a month, up to the most a severity has. */
  old: 1,
  /** How likely it is to be exploited soon, by EPSS; below all that is exploited. */
  likely: {half: 24, tenth: 16, hundredth: 6, less: 0, unknown: 6},
  exposure: {internet: 11, internal: 5, isolated: 0, unknown: 5},
  criticality: {critical: 9, high: 7, medium: 4, low: 0, unknown: 4},
  data: {regulated: 4, confidential: 2, internal: 1, public: 0, unknown: 1},
} as const;

/** Most that a patch can have of which is known that it closes no hole: what the hosts alone add up to. */
export const mostWithoutHole = points.exposure.internet + points.criticality.critical + points.data.regulated;

/** How urgent a patch is, 0 to 100, and why. null: it is of a third party and no feed covers it, so nothing can be said. */
export const scorePatch = (draft: DraftPatch, inputs: ScoreInputs): Score => {
  const {hosts, cves, exploited, kevMissing} = inputs;
  const rating = inputs.threat === undefined ? undefined : rate(draft, inputs, inputs.threat);
  const missing = missingInputs(draft, inputs, rating);
  const why = reasonOf(draft, inputs, rating);
  const rated = rating === undefined ? {} : {rating};
  if (isUncovered(draft, cves)) return {score: null, why, missing, ...rated};

  // What is newer than old lists may close more than this does.
  const isWhole = 'cves' in cves && namesAll(cves.source) && draft.shallow === undefined;
  const mayBeExploited =
    !isWhole || (kevMissing !== undefined && (cves.cves.length > 0 || draft.security !== false));
  const sum =
    (exploited.length > 0
      ? points.exploited.yes
      : Math.max(points.exploited[mayBeExploited ? 'unknown' : 'no'], likelyPoints(inputs, rating))) +
    points.security[draft.security === null ? 'unknown' : draft.security ? 'yes' : 'no'] +
    badness(inputs, isWhole, rating) +
    worst(hosts, host => points.exposure[host?.exposure ?? 'unknown']) +
    worst(hosts, host => points.criticality[host?.criticality ?? 'unknown']) +
    worst(hosts, host => points.data[host?.data ?? 'unknown']);
  return {score: sum, why, missing, ...rated};
};

/** How bad what it closes is: at most 10 points. */
const badness = ({cves, now}: ScoreInputs, isWhole: boolean, rating: Rating | undefined): number => {
  const counted =
    Math.max(isWhole ? 0 : points.cves.unknown, 'cves' in cves ? points.cves[amountOf(cves.cves)] : 0) +
    ('cves' in cves && isUrgent(cves) ? points.urgent : 0);
  if (rating === undefined || counted === 0) return counted;
  const known = points.severity[rating.severity ?? 'unknown'];
  const isJudged = rating.severity !== null && rating.severityWhole === true;
  const old = rating.since !== null && now - Date.parse(rating.since) > 30 * 86_400_000 ? points.old : 0;
  const most = points.severity.critical;
  return Math.min(most, (isJudged ? known : Math.max(known, counted, points.severity.unknown)) + old);
};

const likelyPoints = ({cves}: ScoreInputs, rating: Rating | undefined): number => {
  if (rating === undefined || !('cves' in cves) || cves.cves.length === 0) return 0;
  const unscored = rating.unknown.some(text => text.startsWith('EPSS:')) ? points.likely.unknown : 0;
  const probability = rating.epss?.probability ?? 0;
  if (probability >= 0.5) return points.likely.half;
  if (probability >= 0.1) return points.likely.tenth;
  return Math.max(unscored, probability >= 0.01 ? points.likely.hundredth : points.likely.less);
};

/** An upload that fixes a hole and that its maintainer calls urgent; others call a new upstream version so. */
const isUrgent = ({cves, urgency}: {cves: string[]; urgency?: Urgency}): boolean =>
  cves.length > 0 && (urgency === 'high' || urgency === 'emergency' || urgency === 'critical');

const amountOf = (cves: readonly string[]): keyof typeof points.cves => {
  if (cves.length === 0) return 'none';
  if (cves.length === 1) return 'one';
  return cves.length < 5 ? 'some' : 'many';
};

/** The most points among hosts; a patch whose hosts are not known is scored as on one of which nothing is stated. */
const worst = (hosts: readonly Host[], of: (host: Host | undefined) => number): number =>
  hosts.length === 0 ? of(undefined) : Math.max(...hosts.map(of));
