import type {FeedMeta} from '../model/advisory.ts';

/**
 * From this age on what is in a feed still counts, and what is not in it is not known: CISA adds to its catalogue every week, EPSS and the
 * records of distributions change daily. Milliseconds.
 */
const oldMs: Readonly<Record<FeedMeta['kind'], number>> = {
  kev: 7 * 86_400_000,
  epss: 7 * 86_400_000,
  advisories: 7 * 86_400_000,
};

/** When the data of a feed was made, milliseconds since 1970: as it says itself, else when its source was last asked. */
export const dataOf = ({released, asked}: Pick<FeedMeta, 'released' | 'asked'>): number => {
  const at = Date.parse(released ?? '');
  return Number.isNaN(at) ? Date.parse(asked) : at;
};

/** Why data that was made `at` says nothing of what is not in it: `EPSS is of 3 Mar 2026, 266 days old`; undefined while it does. */
export const tooOld = (kind: FeedMeta['kind'], name: string, at: number, now: number): string | undefined => {
  if (now - at <= oldMs[kind]) return undefined;
  const day = new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return `${name} is of ${day}, ${Math.floor((now - at) / 86_400_000)} days old`;
};
