import {z} from 'zod';
import {advisorySchema, type Advisory, type FeedMeta} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import {createBreather} from './breather.ts';
import type {Collected} from './collect-packages.ts';
import {paidEcosystemOf} from './ecosystem.ts';
import {feedLines, packedFeed} from './feed-store.ts';

/** Records by `ecosystem|source`. */
export type AdvisoryIndex = {
  records: ReadonlyMap<string, readonly Advisory[]>;
  /** Releases that some record speaks of. */
  ecosystems: ReadonlySet<string>;
  /** Feeds that could not be believed, one sentence each. */
  damaged: string[];
};

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
  const ecosystems = new Set<string>();
  const damaged: string[] = [];
  for (const meta of feeds.filter(feed => feed.kind === 'advisories')) {
    try {
      const found = await readFeed(directory, meta, wanted);
      for (const name of found.ecosystems) ecosystems.add(name);
      for (const advisory of found.advisories) {
        const key = `${advisory.ecosystem}|${advisory.source}`;
        const list = records.get(key);
        if (list === undefined) records.set(key, [advisory]);
        else list.push(advisory);
      }
    } catch (error) {
      damaged.push(cleanLine(error instanceof Error ? error.message : String(error)));
    }
  }
  return {records, ecosystems, damaged};
};

const readFeed = async (
  directory: string,
  meta: FeedMeta,
  wanted: ReadonlySet<string>,
): Promise<{advisories: Advisory[]; ecosystems: Set<string>}> => {
  const breathe = createBreather();
  const advisories: Advisory[] = [];
  const ecosystems = new Set<string>();
  for await (const lines of feedLines(await packedFeed(directory, meta), meta)) {
    for (const line of lines) {
      const value = JSON.parse(line) as unknown;
      const {ecosystem, source} = placeSchema.parse(value);
      ecosystems.add(ecosystem);
      if (wanted.has(`${ecosystem}|${source}`)) advisories.push(advisorySchema.parse(value));
    }
    await breathe();
  }
  return {advisories, ecosystems};
};
