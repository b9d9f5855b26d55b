import {z} from 'zod';
import {cveIdSchema, type FeedMeta} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import {feedLines, packedFeed} from './feed-store.ts';
import {dataOf, tooOld} from './freshness.ts';
import type {Kev} from './kev.ts';
import type {KevEntry} from './kev-catalogue.ts';
import {ageOf} from './place-words.ts';

/** One kept line of the catalogue. */
export const kevLineSchema = z.object({
  cve: cveIdSchema,
  since: z.iso.date(),
  due: z.iso.date().or(z.literal('')),
  ransomware: z.boolean(),
  version: z.string().max(60).optional(),
});

/** The kept catalogue of known exploited vulnerabilities. Never throws: what cannot be believed is `missing`. */
export const loadKevFeed = async (directory: string, meta: FeedMeta, now: number): Promise<Kev> => {
  const entries = new Map<string, KevEntry>();
  let version = 'unnamed';
  try {
    for await (const lines of feedLines(await packedFeed(directory, meta), meta)) {
      for (const line of lines) {
        const entry = kevLineSchema.parse(JSON.parse(line) as unknown);
        entries.set(entry.cve, {since: entry.since, due: entry.due, ransomware: entry.ransomware});
        version = cleanLine(entry.version ?? version, 40);
      }
    }
  } catch (error) {
    const why = cleanLine(error instanceof Error ? error.message : String(error), 200);
    return {missing: `known exploited vulnerabilities could not be read: ${why}`};
  }
  const released = Date.parse(meta.released ?? '');
  const stale = tooOld('kev', 'the catalogue of what is exploited', dataOf(meta), now);
  const facts = [
    `${entries.size.toLocaleString('en')} entries`,
    Number.isNaN(released) ? 'of unknown age' : `released ${ageOf(released, now)}`,
    `asked for ${ageOf(Date.parse(meta.asked), now)}`,
    ...(stale !== undefined ? ['what was exploited since is not in it'] : []),
  ];
  return {
    entries,
    digest: meta.digest,
    stale,
    input: `known exploited vulnerabilities: CISA KEV ${version} from ${cleanLine(meta.source)}, ${facts.join(', ')}`,
  };
};
