import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {z} from 'zod';
import {advisorySchema, askedSchema, feedMetaSchema, type FeedMeta} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {jsonWithin} from '../model/json.ts';
import {writeDurable} from '../store/durable-file.ts';
import {epssOfLine} from './epss.ts';
import {feedLines, keepFeed, listFeeds, maxPackedBytes, packedFeed, readFeed} from './feed-store.ts';
import {kevLineSchema} from './kev-feed.ts';

const maxHeader = 1024 * 1024;
const maxBundle = 4 * maxPackedBytes;
/** One line of JSON, then the packed data of each feed in its order. */
const headerSchema = z.object({
  patchdeckFeeds: z.literal(1),
  made: z.iso.datetime(),
  feeds: z.array(z.object({meta: feedMetaSchema, packed: z.int().min(0).max(maxPackedBytes)})).max(100),
});

export type Bundle = {feeds: FeedMeta[]; digest: string; bytes: number};

/**
 * Writes all kept feeds into one file, for a machine that reaches none of the sources. Throws `feeds.none` when there are none. `now`
 * in milliseconds since 1970.
 */
export const exportFeeds = async (directory: string, file: string, now: number): Promise<Bundle> => {
  const {feeds} = await listFeeds(directory);
  if (feeds.length === 0) {
    throw new PatchdeckError(
      'input',
      'feeds.none',
      'no feed is kept here; nothing was exported',
      'fetch them first with `patchdeck feeds sync`',
    );
  }
  const parts = [];
  for (const meta of feeds) {
    // What is damaged here would be refused there.
    await readFeed(directory, meta, () => undefined);
    parts.push({meta, packed: await packedFeed(directory, meta)});
  }
  const header = {
    patchdeckFeeds: 1,
    made: new Date(now).toISOString(),
    feeds: parts.map(({meta, packed}) => ({meta, packed: packed.length})),
  };
  const whole = Buffer.concat([
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...parts.map(({packed}) => packed),
  ]);
  await writeDurable(file, whole);
  return {feeds, digest: digestOf(whole), bytes: whole.length};
};

/**
 * Takes the feeds of a bundle: each is read to its end and compared with its digest before any is kept. One that is older than what is
 * kept is not taken. Throws `feeds.bundle` for what is no bundle, is cut short, or was changed; nothing is taken then.
 */
export const importFeeds = async (directory: string, file: string): Promise<Bundle & {older: FeedMeta[]}> => {
  const wrong = (why: string): PatchdeckError =>
    new PatchdeckError(
      'input',
      'feeds.bundle',
      `${cleanLine(file)} was not taken: ${cleanLine(why)}; the feeds are as they were`,
      'export it anew with `patchdeck feeds export FILE` and compare the sha256 that both sides print',
    );
  const whole = await readBundle(file).catch((error: unknown) => {
    throw wrong(error instanceof Error ? error.message : String(error));
  });
  const parts: {meta: FeedMeta; packed: Uint8Array}[] = [];
  try {
    const end = whole.subarray(0, maxHeader).indexOf(0x0a);
    if (end === -1) throw new Error('it is no bundle of feeds');
    const limits = {maxBytes: maxHeader, maxDepth: 6};
    const header = headerSchema.safeParse(jsonWithin(whole.subarray(0, end), limits));
    if (!header.success) throw new Error('it is no bundle of feeds of this version');
    let at = end + 1;
    for (const {meta, packed} of header.data.feeds) {
      const bytes = whole.subarray(at, at + packed);
      if (bytes.length !== packed) throw new Error('it is cut short');
      for await (const lines of feedLines(bytes, meta)) for (const line of lines) requireRecord(meta, line);
      parts.push({meta, packed: bytes});
      at += packed;
    }
    if (at !== whole.length) throw new Error('it has more in it than it says');
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
  const kept = new Map((await listFeeds(directory)).feeds.map(feed => [feed.name, feed]));
  const older: FeedMeta[] = [];
  const feeds: FeedMeta[] = [];
  for (const {meta, packed} of parts) {
    if ((kept.get(meta.name)?.asked ?? '') > meta.asked) older.push(meta);
    else {
      await keepFeed(directory, meta, packed);
      feeds.push(meta);
    }
  }
  return {feeds, older, digest: digestOf(whole), bytes: whole.length};
};

const readBundle = async (file: string): Promise<Buffer> => {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new Error('it is not there, or is no file');
  if (found.size > maxBundle) throw new Error('it is larger than any bundle');
  return readFile(file);
};

/** A digest proves that nothing changed on the way, not that it was right before. */
const requireRecord = (meta: FeedMeta, line: string): void => {
  const isRecord =
    meta.kind === 'epss'
      ? epssOfLine(line) !== undefined
      : schemaOf(meta).safeParse(JSON.parse(line)).success;
  if (!isRecord) throw new Error(`feed ${meta.name} has a line that is no record`);
};

const schemaOf = ({kind, partial}: FeedMeta): z.ZodType => {
  if (kind === 'kev') return kevLineSchema;
  return partial === true ? z.union([askedSchema, advisorySchema]) : advisorySchema;
};

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
