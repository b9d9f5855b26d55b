import {z} from 'zod';
import {advisorySchema, askedSchema, type Advisory, type FeedMeta} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import {createBreather} from './breather.ts';
import type {Collected} from './collect-packages.ts';
import {paidEcosystemOf} from './ecosystem.ts';
import {feedLines, packedFeed} from './feed-store.ts';
import {dataOf} from './freshness.ts';

/** Records by `ecosystem|source`. */
export type AdvisoryIndex = {
  records: ReadonlyMap<string, readonly Advisory[]>;
  /** Releases that a whole feed speaks of. */
  ecosystems: ReadonlySet<string>;
  /** Of each release that any feed speaks of the one with the newest data. */
  newest: ReadonlyMap<string, FeedMeta>;
  /** Releases of which a feed knows only what it was asked about, and what that is, by `askedKey`. */
  partly: ReadonlySet<string>;
  asked: ReadonlySet<string>;
  /** Feeds that were read to their end. */
  used: FeedMeta[];
  /** Feeds that could not be believed, one sentence each. */
  damaged: string[];
};

/** Of a package in one version. */
export const askedKey = (item: {ecosystem: string; source: string; installed: string}): string =>
  `${item.ecosystem}|${item.source}|${item.installed}`;

const placeSchema = z.object({ecosystem: z.string(), source: z.string()});

/**
 * Reads from the kept feeds the records of what is installed, and no other: of a feed that is not what its digest says, none. Lets
 * others of the thread have their turn.
 */
export const loadAdvisories = async (
  directory: string,
  feeds: readonly FeedMeta[],
  {groups}: Collected,
): Promise<AdvisoryIndex> => {
  const wanted = new Set<string>();
  for (const {ecosystem, source} of groups.values()) {
    wanted.add(`${ecosystem}|${source}`);
    const paid = paidEcosystemOf(ecosystem);
    if (paid !== undefined) wanted.add(`${paid}|${source}`);
  }
  const records = new Map<string, Advisory[]>();
  const index = {
    records,
    ecosystems: new Set<string>(),
    newest: new Map<string, FeedMeta>(),
    partly: new Set<string>(),
    asked: new Set<string>(),
    used: [] as FeedMeta[],
    damaged: [] as string[],
  };
  for (const meta of feeds.filter(feed => feed.kind === 'advisories')) {
    try {
      const found = await readRecords(directory, meta, wanted);
      const known = meta.partial === true ? index.partly : index.ecosystems;
      for (const name of found.ecosystems) {
        known.add(name);
        const other = index.newest.get(name);
        if (other === undefined || dataOf(other) < dataOf(meta)) index.newest.set(name, meta);
      }
      for (const key of found.asked) index.asked.add(key);
      for (const advisory of found.advisories) {
        const key = `${advisory.ecosystem}|${advisory.source}`;
        const list = records.get(key);
        if (list === undefined) records.set(key, [advisory]);
        else list.push(advisory);
      }
      index.used.push(meta);
    } catch (error) {
      index.damaged.push(cleanLine(error instanceof Error ? error.message : String(error)));
    }
  }
  return index;
};

type Found = {advisories: Advisory[]; ecosystems: Set<string>; asked: Set<string>};

const readRecords = async (
  directory: string,
  meta: FeedMeta,
  wanted: ReadonlySet<string>,
): Promise<Found> => {
  const breathe = createBreather();
  const found: Found = {advisories: [], ecosystems: new Set(), asked: new Set()};
  for await (const lines of feedLines(await packedFeed(directory, meta), meta)) {
    for (const line of lines) takeLine(JSON.parse(line) as unknown, meta, wanted, found);
    await breathe();
  }
  return found;
};

const takeLine = (value: unknown, {partial}: FeedMeta, wanted: ReadonlySet<string>, found: Found): void => {
  if (partial === true) {
    const line = askedSchema.safeParse(value);
    if (line.success) {
      const {ecosystem, source, version} = line.data.asked;
      found.ecosystems.add(ecosystem);
      found.asked.add(askedKey({ecosystem, source, installed: version}));
      return;
    }
  }
  const {ecosystem, source} = placeSchema.parse(value);
  found.ecosystems.add(ecosystem);
  if (wanted.has(`${ecosystem}|${source}`)) found.advisories.push(advisorySchema.parse(value));
};
