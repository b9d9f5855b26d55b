import type {Severity} from '../model/advisory.ts';
import type {Patch} from '../model/patch.ts';
import type {DecidedPatch, Policy} from '../model/policy.ts';

const dayMs = 86_400_000;

/**
 * By when a patch has to be there at the latest: of several deadlines the earliest. Counted from the day on which it became known;
 * where nobody knows that, from `now` (milliseconds since 1970), which is said.
 */
export const deadlineOf = (
  patch: Patch,
  {deadlines}: Policy,
  now: number,
): {deadline?: DecidedPatch['deadline']} => {
  const candidates = [...bySeverity(patch, deadlines, now), ...byExploitation(patch, deadlines)];
  const [soonest] = candidates.filter(({at}) => !Number.isNaN(at)).sort((a, b) => a.at - b.at);
  if (soonest === undefined) return {};
  const by = dayOf(soonest.at);
  const left = Math.round((Date.parse(by) - Date.parse(dayOf(now))) / dayMs);
  return {deadline: {by, left, why: soonest.why}};
};

type Candidate = {at: number; why: string};

const bySeverity = (patch: Patch, deadlines: Policy['deadlines'], now: number): Candidate[] => {
  if (patch.cves.length === 0 && patch.security === false) return [];
  const {since, sinceAtLeast} = patch.rating ?? {};
  const day = Date.parse(since ?? '');
  const [from, known] = Number.isNaN(day)
    ? [now, 'counted from now, as nobody says since when it is known']
    : [day, `known ${sinceAtLeast === true ? 'at least ' : ''}since ${since ?? ''}`];
  return levelsOf(patch).flatMap(level => {
    const allowed = deadlines[level];
    return allowed === undefined
      ? []
      : [{at: from + allowed * dayMs, why: `severity ${level}: ${allowed} days, ${known}`}];
  });
};

/** Where not all that it closes is judged, what is known may be the least of it: the stricter deadline counts. */
const levelsOf = ({rating}: Patch): (Severity | 'unknown')[] => {
  if (rating?.severity === undefined || rating.severity === null) return ['unknown'];
  return rating.severityWhole === true ? [rating.severity] : [rating.severity, 'unknown'];
};

/** CISA's own day counts wherever there are deadlines at all. */
const byExploitation = ({exploited}: Patch, deadlines: Policy['deadlines']): Candidate[] => {
  const hasDeadlines = Object.values(deadlines).some(allowed => allowed !== undefined);
  return exploited.flatMap(({cve, since, due}) => [
    ...(deadlines.exploited === undefined
      ? []
      : [
          {
            at: Date.parse(since) + deadlines.exploited * dayMs,
            why: `${cve} exploited since ${since}: ${deadlines.exploited} days`,
          },
        ]),
    ...(hasDeadlines && due !== '' ? [{at: Date.parse(due), why: `${cve}: due by CISA`}] : []),
  ]);
};

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
