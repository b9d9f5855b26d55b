import {severities, type Advisory} from '../model/advisory.ts';

/** What a record does not say of how bad a vulnerability is, and since when it is known, others may: the worst and the earliest. */
export const enriched = (record: Advisory, all: readonly Advisory[]): Advisory => {
  const told = all.flatMap(({severity}) => severity ?? []);
  const severity = record.severity ?? severities.find(each => told.includes(each));
  const vectors = record.vectors ?? vectorsOf(all);
  const since = earliest(all.map(each => each.since));
  const seen = earliest(all.map(each => each.seen));
  return {
    ...record,
    ...(severity === undefined ? {} : {severity}),
    ...(vectors === undefined ? {} : {vectors}),
    ...(since === undefined ? {} : {since}),
    ...(seen === undefined ? {} : {seen}),
  };
};

const vectorsOf = (all: readonly Advisory[]): string[] | undefined => {
  const found = [...new Set(all.flatMap(({vectors = []}) => vectors))].sort().slice(0, 10);
  return found.length === 0 ? undefined : found;
};

const earliest = (days: readonly (string | undefined)[]): string | undefined =>
  days.filter(day => day !== undefined).sort()[0];
