import type {FeedMeta} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import type {FeedSources} from './feed-sources.ts';
import {keepFeed, listFeeds, readFeed, touchFeed, type FeedDraft} from './feed-store.ts';
import type {OsvQuery} from './osv-api.ts';
import {placeOf} from './place-words.ts';
import type {Validators} from './stream-download.ts';

/** How far a sync is: what it counts, how many of these, and of how many where that is known. */
export type SyncStep = {unit: 'bytes' | 'packages' | 'records'; done: number; total: number | undefined};

export type SyncRequest = {
  /** `kev`, `epss`, `debian`, `osv:Debian`, `alpine:v3.20`, `osv-api`. */
  feed: string;
  directory: string;
  sources: FeedSources;
  /** Milliseconds since 1970. */
  now: number;
  progress?: (step: SyncStep) => void;
  /** What `osv-api` asks for. */
  packages?: readonly OsvQuery[];
};

/** `unchanged`: the source has nothing newer than what is kept. */
export type Synced = {meta: FeedMeta; unchanged: boolean};

/** What a new copy says of itself besides its data. */
export type Parts = Pick<FeedMeta, 'entries' | 'unreadable'> & {
  released?: string | undefined;
  partial?: boolean | undefined;
};

/**
 * The kept copy of a feed, read to its end; each of its lines goes to `take`. Undefined when there is none, or one that is lost or
 * damaged: a source that is asked whether it has anything newer than that would say no, and it would stay so for ever.
 */
export const keptWhole = async (
  directory: string,
  name: string,
  take: (line: string) => void = () => undefined,
): Promise<FeedMeta | undefined> => {
  const meta = (await listFeeds(directory)).feeds.find(feed => feed.name === name);
  if (meta === undefined) return undefined;
  try {
    await readFeed(directory, meta, take);
    return meta;
  } catch {
    return undefined;
  }
};

/** What a source said of the documents that were kept, in their order; none where they came from another place. */
export const validatorsOf = (before: FeedMeta | undefined, url: string): readonly Validators[] =>
  before === undefined || before.source !== placeOf({url})
    ? []
    : (before.parts ?? [{etag: before.etag, lastModified: before.lastModified}]);

/** The source has nothing newer: the copy is as good as one of now. */
export const stillKept = async (request: SyncRequest, before: FeedMeta): Promise<Synced> => {
  const meta = {...before, asked: new Date(request.now).toISOString()};
  await touchFeed(request.directory, meta);
  return {meta, unchanged: true};
};

/** Keeps a new copy; `validators` are those of its documents. */
export const keepNew = async (
  request: SyncRequest,
  feed: {name: string; kind: FeedMeta['kind']; url: string; before: FeedMeta | undefined},
  draft: FeedDraft,
  parts: Parts,
  validators: readonly Validators[],
): Promise<Synced> => {
  const {packed, digest, bytes} = draft.finish();
  const {entries, unreadable, released, partial} = parts;
  const [first, ...more] = validators.map(({etag, lastModified}) => ({
    ...(etag === undefined ? {} : {etag}),
    ...(lastModified === undefined ? {} : {lastModified}),
  }));
  const meta: FeedMeta = {
    v: 1,
    name: feed.name,
    kind: feed.kind,
    digest,
    bytes,
    entries,
    unreadable,
    source: placeOf({url: feed.url}),
    asked: new Date(request.now).toISOString(),
    ...(released === undefined ? {} : {released: cleanLine(released, 40)}),
    ...(partial === undefined ? {} : {partial}),
    ...(more.length > 0 && first !== undefined ? {parts: [first, ...more]} : first),
  };
  await keepFeed(request.directory, meta, packed);
  return {meta, unchanged: feed.before?.digest === digest};
};
