import {advisorySchema, type Advisory, type FeedMeta} from '../model/advisory.ts';
import {keptWhole} from './sync-kept.ts';

/** Gives a record the day since which it is known here. */
export type Dated = (advisory: Advisory) => Advisory;

/**
 * The tracker says no dates. What is new in a copy became known between it and the one before: `since` its day. Of what the first copy
 * has nobody can say more than that it is known at least since then: `seen`. Both stay as they are in the copies that follow.
 */
export const daysKnown = async (
  directory: string,
  name: string,
  now: number,
): Promise<{before: FeedMeta | undefined; dated: Dated}> => {
  const today = new Date(now).toISOString().slice(0, 10);
  const days = new Map<string, Pick<Advisory, 'since' | 'seen'>>();
  const before = await keptWhole(directory, name, line => {
    const {since, seen, ...advisory} = advisorySchema.parse(JSON.parse(line) as unknown);
    days.set(keyOf(advisory), since === undefined ? {seen: seen ?? today} : {since});
  });
  return {
    before,
    dated: advisory => {
      const known = days.get(keyOf(advisory));
      return {...advisory, ...(known ?? (before === undefined ? {seen: today} : {since: today}))};
    },
  };
};

const keyOf = ({ecosystem, source, id}: Pick<Advisory, 'ecosystem' | 'source' | 'id'>): string =>
  `${ecosystem}|${source}|${id}`;
