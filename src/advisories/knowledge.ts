import {join} from 'node:path';
import type {FeedMeta} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import {createBreather} from './breather.ts';
import {epssOfLine, type Epss, type EpssScores} from './epss.ts';
import {feedLines, listFeeds, packedFeed} from './feed-store.ts';
import {dataOf, tooOld} from './freshness.ts';
import {loadKevFeed} from './kev-feed.ts';
import {loadKev, type Kev} from './kev.ts';
import {ageOf} from './place-words.ts';

/** The feeds that are kept on this machine, and what is exploited. */
export type Knowledge = {
  kev: Kev;
  directory: string;
  feeds: FeedMeta[];
  /** What is kept and cannot be believed, one sentence each. */
  damaged: string[];
};

/** Where feeds are kept below the cache directory. */
export const feedsDirectory = (cacheDir: string): string => join(cacheDir, 'feeds');

/**
 * Looks up what is known. A catalogue that is named goes before the kept one. Asks nobody for anything newer but the URL of such a
 * catalogue. `now` in milliseconds since 1970. Never throws.
 */
export const loadKnowledge = async (
  source: {file?: string; url?: string},
  cacheDir: string,
  now: number,
): Promise<Knowledge> => {
  const directory = feedsDirectory(cacheDir);
  const {feeds, damaged} = await listFeeds(directory);
  const kept = feeds.find(feed => feed.kind === 'kev');
  const isNamed = source.file !== undefined || source.url !== undefined;
  const kev =
    kept !== undefined && !isNamed
      ? await loadKevFeed(directory, kept, now)
      : await loadKev(source, cacheDir, now);
  return {kev, directory, feeds, damaged};
};

/** EPSS scores of these vulnerabilities, from the kept feed, and the feed when it could be read. `now` in milliseconds since 1970. */
export const loadEpss = async (
  {directory, feeds}: Pick<Knowledge, 'directory' | 'feeds'>,
  wanted: ReadonlySet<string>,
  now: number,
): Promise<EpssScores & {used: FeedMeta[]}> => {
  const scores = new Map<string, Epss>();
  const meta = feeds.find(feed => feed.kind === 'epss');
  if (meta === undefined)
    return {scores, missing: 'no feed of it is kept (`patchdeck feeds sync`)', used: []};
  const breathe = createBreather();
  try {
    for await (const lines of feedLines(await packedFeed(directory, meta), meta)) {
      for (const line of lines) {
        if (!wanted.has(line.slice(0, line.indexOf(',')))) continue;
        const row = epssOfLine(line);
        if (row !== undefined) scores.set(row.cve, row);
      }
      await breathe();
    }
    return {scores, missing: tooOld('epss', 'EPSS', dataOf(meta), now), used: [meta]};
  } catch (error) {
    const missing = cleanLine(error instanceof Error ? error.message : String(error));
    return {scores: new Map(), missing, used: []};
  }
};

/** One sentence on each feed: how much, of when, and by which digest. */
export const feedSentences = ({feeds, damaged}: Knowledge, now: number): string[] => [
  ...feeds
    .filter(({kind}) => kind !== 'kev')
    .map(meta => {
      const of = meta.released === undefined ? '' : `, data of ${meta.released.slice(0, 10)}`;
      const asked = ageOf(Date.parse(meta.asked), now);
      return cleanLine(
        `${meta.name}: ${meta.entries.toLocaleString('en')} entries from ${meta.source}${of}, asked ${asked}, digest ${meta.digest.slice(0, 12)}`,
        300,
      );
    }),
  ...(feeds.some(({kind}) => kind === 'advisories')
    ? []
    : ['records of distributions: no feed of them is kept']),
  ...(feeds.some(({kind}) => kind === 'epss') ? [] : ['EPSS: no feed of it is kept']),
  ...damaged,
];

/** Age of the oldest data that was used, in words; undefined when none was. */
export const oldestAge = (feeds: readonly FeedMeta[], now: number): string | undefined => {
  const made = feeds.map(dataOf).filter(at => !Number.isNaN(at));
  return made.length === 0 ? undefined : `from ${ageOf(Math.min(...made), now)}`;
};
