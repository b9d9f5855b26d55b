import {createHash, randomBytes} from 'node:crypto';
import {readdir, unlink} from 'node:fs/promises';
import {join} from 'node:path';
import {createGunzip, gzipSync} from 'node:zlib';
import {cleanLine} from '../model/clean.ts';
import {feedMetaSchema, type FeedMeta} from '../model/advisory.ts';
import {jsonWithin} from '../model/json.ts';
import {readDurable, writeDurable} from '../store/durable-file.ts';
import {ownDirectory} from '../store/own-file.ts';

/** Most bytes of a kept feed, packed and as text. */
export const maxPackedBytes = 256 * 1024 * 1024;
export const maxFeedBytes = 2 * 1024 * 1024 * 1024;
const maxMetaBytes = 16 * 1024;
const pieceBytes = 1024 * 1024;

/** The normal form of a feed while it is made: one record a line. */
export type FeedDraft = {
  line(text: string): void;
  finish(): {packed: Uint8Array; digest: string; bytes: number};
};

export const createFeedDraft = (): FeedDraft => {
  const hash = createHash('sha256');
  const packed: Uint8Array[] = [];
  let pending: string[] = [];
  let length = 0;
  let bytes = 0;
  const flush = (): void => {
    if (pending.length === 0) return;
    const piece = Buffer.from(`${pending.join('\n')}\n`);
    bytes += piece.length;
    if (bytes > maxFeedBytes) throw new Error('it is larger than any feed should be');
    hash.update(piece);
    // Pieces, each packed by itself, are one gzip file: RFC 1952, 2.2.
    packed.push(gzipSync(piece));
    pending = [];
    length = 0;
  };
  return {
    line: text => {
      pending.push(text);
      length += text.length + 1;
      if (length > pieceBytes) flush();
    },
    finish: () => {
      flush();
      const whole = Buffer.concat(packed);
      if (whole.length > maxPackedBytes) throw new Error('it is larger than any feed should be');
      return {packed: whole, digest: hash.digest('hex'), bytes};
    },
  };
};

/** Keeps a feed: its data first, then what names it. The data of the one before goes. Throws as `writeDurable`. */
export const keepFeed = async (directory: string, meta: FeedMeta, packed: Uint8Array): Promise<void> => {
  await ownDirectory(directory);
  const before = (await listFeeds(directory)).feeds.find(feed => feed.name === meta.name);
  await writeDurable(dataPath(directory, meta), packed);
  await touchFeed(directory, meta);
  if (before !== undefined && before.digest !== meta.digest) {
    await unlink(dataPath(directory, before)).catch(() => undefined);
  }
};

/** Says anew what is known of a kept feed, as that its source was asked and has nothing newer. */
export const touchFeed = async (directory: string, meta: FeedMeta): Promise<void> =>
  writeDurable(metaPath(directory, meta.name), Buffer.from(JSON.stringify(meta)));

/** The kept feeds by name, and what is there and cannot be read, one sentence each. */
export const listFeeds = async (directory: string): Promise<{feeds: FeedMeta[]; damaged: string[]}> => {
  const names = await readdir(directory).catch((): string[] => []);
  const feeds: FeedMeta[] = [];
  const damaged: string[] = [];
  for (const name of names.filter(file => file.endsWith('.json') && !file.startsWith('.')).sort()) {
    try {
      const bytes = await readDurable(join(directory, name), {maxBytes: maxMetaBytes});
      if (bytes === undefined) continue;
      const meta = feedMetaSchema.parse(jsonWithin(bytes, {maxBytes: maxMetaBytes, maxDepth: 4}));
      if (`${meta.name}.json` !== name) throw new Error('it names another feed');
      feeds.push(meta);
    } catch {
      damaged.push(`${cleanLine(name, 80)} cannot be read; sync it again`);
    }
  }
  return {feeds, damaged};
};

/** The packed data of a kept feed. Throws an Error when it is gone. */
export const packedFeed = async (directory: string, meta: FeedMeta): Promise<Uint8Array> => {
  const packed = await readDurable(dataPath(directory, meta), {maxBytes: maxPackedBytes});
  if (packed === undefined) throw new Error(`the data of feed ${meta.name} is gone`);
  return packed;
};

/**
 * The lines of a feed, in batches. Throws at its end when they are not what the digest says: nothing that was read may then be used.
 */
export async function* feedLines(
  packed: Uint8Array,
  meta: Pick<FeedMeta, 'name' | 'digest' | 'bytes'>,
): AsyncGenerator<string[]> {
  const hash = createHash('sha256');
  const damaged = (): Error => new Error(`the data of feed ${meta.name} is not what its digest says`);
  const decoder = new TextDecoder();
  const gunzip = createGunzip();
  gunzip.end(packed);
  let rest = '';
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > meta.bytes) throw damaged();
      hash.update(chunk);
      const lines = (rest + decoder.decode(chunk, {stream: true})).split('\n');
      rest = lines.pop() ?? '';
      yield lines;
    }
  } catch {
    throw damaged();
  }
  if (rest !== '' || bytes !== meta.bytes || hash.digest('hex') !== meta.digest) throw damaged();
}

/** Gives each line of a kept feed to `take`. Throws as `packedFeed` and `feedLines`, also after some were given. */
export const readFeed = async (
  directory: string,
  meta: FeedMeta,
  take: (line: string) => void,
): Promise<void> => {
  for await (const lines of feedLines(await packedFeed(directory, meta), meta)) lines.forEach(take);
};

/** As `listFeeds`, each read to its end: data that is lost or was changed is damaged too. */
export const wholeFeeds = async (directory: string): ReturnType<typeof listFeeds> => {
  const {feeds, damaged} = await listFeeds(directory);
  const whole: FeedMeta[] = [];
  for (const meta of feeds) {
    try {
      await readFeed(directory, meta, () => undefined);
      whole.push(meta);
    } catch (error) {
      damaged.push(`${cleanLine(error instanceof Error ? error.message : String(error))}; sync it again`);
    }
  }
  return {feeds: whole, damaged};
};

/** A path beside the feeds for what is being downloaded. */
export const temporaryPath = async (directory: string): Promise<string> => {
  await ownDirectory(directory);
  return join(directory, `.download-${randomBytes(6).toString('hex')}`);
};

const metaPath = (directory: string, name: string): string => join(directory, `${name}.json`);
const dataPath = (directory: string, {name, digest}: FeedMeta): string =>
  join(directory, `${name}.${digest.slice(0, 16)}.gz`);
