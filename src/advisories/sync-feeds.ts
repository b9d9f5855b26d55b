import {unlink} from 'node:fs/promises';
import {advisorySchema, type Advisory, type FeedMeta} from '../model/advisory.ts';
import {cleanLine} from '../model/clean.ts';
import {alpineAdvisories} from './alpine-secdb.ts';
import type {DownloadLimits} from './cached-download.ts';
import {debianTracker} from './debian-tracker.ts';
import {plainEcosystem} from './ecosystem.ts';
import {epssFile} from './epss.ts';
import type {FeedSources} from './feed-sources.ts';
import {
  createFeedDraft,
  feedLines,
  keepFeed,
  listFeeds,
  packedFeed,
  temporaryPath,
  touchFeed,
} from './feed-store.ts';
import {parseKevCatalogue} from './kev-catalogue.ts';
import {askOsv, readOsv, type OsvQuery} from './osv-api.ts';
import {fileSink, readOsvArchive} from './osv-bulk.ts';
import {placeOf} from './place-words.ts';
import {bulkLimits, streamDownload, type Progress, type Sink, type Validators} from './stream-download.ts';

export type SyncRequest = {
  /** `kev`, `epss`, `debian`, `osv:Debian`, `alpine:v3.20`, `osv-api`. */
  feed: string;
  directory: string;
  sources: FeedSources;
  /** Milliseconds since 1970. */
  now: number;
  progress?: Progress;
  /** What `osv-api` asks for. */
  packages?: readonly OsvQuery[];
};

/** `unchanged`: the source has nothing newer than what is kept. */
export type Synced = {meta: FeedMeta; unchanged: boolean};

type Parts = Pick<FeedMeta, 'entries' | 'unreadable'> & {released?: string | undefined};

/**
 * Brings one feed here and keeps it; what was kept stays when that fails. Throws an Error with the reason. A document is taken whole
 * or not at all.
 */
export const syncFeed = async (
  request: SyncRequest,
  limits: DownloadLimits = bulkLimits,
): Promise<Synced> => {
  const {feed} = request;
  const [kind = '', rest = ''] = feed.split(':');
  if (kind === 'kev') return fromUrl(request, limits, 'kev', 'kev', request.sources.kev, kevSink);
  if (kind === 'epss') return fromUrl(request, limits, 'epss', 'epss', request.sources.epss, epssSink);
  if (kind === 'debian') {
    const since = await daysKnown(request.directory, 'debian');
    return fromUrl(request, limits, 'debian', 'advisories', request.sources.debian, (draft, {now}) =>
      debianTracker(advisory => draft.line(lineOf(advisory, since, now))),
    );
  }
  if (kind === 'osv' && /^[A-Z][A-Za-z ]{1,30}$/.test(rest)) return syncOsvArchive(request, rest, limits);
  if (kind === 'alpine' && /^(v\d+\.\d+|edge)$/.test(rest)) return syncAlpine(request, rest, limits);
  if (feed === 'osv-api') return syncOsvApi(request, limits);
  throw new Error('there is no such feed: kev, epss, debian, osv:Debian, osv:Ubuntu, alpine:v3.20, osv-api');
};

type Draft = ReturnType<typeof createFeedDraft>;
type MakeSink = (draft: Draft, request: SyncRequest, limits: DownloadLimits) => Sink<Parts>;

const fromUrl = async (
  request: SyncRequest,
  limits: DownloadLimits,
  name: string,
  kind: FeedMeta['kind'],
  url: string,
  sink: MakeSink,
): Promise<Synced> => {
  const before = await keptFeed(request.directory, name);
  // Another source: what the old one says of its document is of no use.
  const validators = before?.source === placeOf({url}) ? before : undefined;
  let draft = createFeedDraft();
  const {value, validators: found} = await streamDownload(
    {
      url,
      ...(validators === undefined ? {} : {validators: pick(validators)}),
      sink: () => {
        draft = createFeedDraft();
        return sink(draft, request, limits);
      },
      ...(request.progress === undefined ? {} : {progress: request.progress}),
    },
    limits,
  );
  if (value === undefined && before !== undefined) {
    const meta = {...before, asked: new Date(request.now).toISOString()};
    await touchFeed(request.directory, meta);
    return {meta, unchanged: true};
  }
  if (value === undefined) throw new Error('it answered 304 to a question that was not asked');
  return keep(request, name, kind, url, draft, value, found);
};

const keep = async (
  request: SyncRequest,
  name: string,
  kind: FeedMeta['kind'],
  url: string,
  draft: Draft,
  parts: Parts,
  validators: Validators,
): Promise<Synced> => {
  const {packed, digest, bytes} = draft.finish();
  const {entries, unreadable, released} = parts;
  const meta: FeedMeta = {
    v: 1,
    name,
    kind,
    digest,
    bytes,
    entries,
    unreadable,
    source: placeOf({url}),
    asked: new Date(request.now).toISOString(),
    ...(released === undefined ? {} : {released: cleanLine(released, 40)}),
    ...(validators.etag === undefined ? {} : {etag: validators.etag}),
    ...(validators.lastModified === undefined ? {} : {lastModified: validators.lastModified}),
  };
  const before = await keptFeed(request.directory, name);
  await keepFeed(request.directory, meta, packed);
  return {meta, unchanged: before?.digest === digest};
};

const kevSink: MakeSink = (draft, _request, limits) => {
  const chunks: Uint8Array[] = [];
  return {
    write: chunk => {
      chunks.push(chunk);
    },
    end: () => {
      const {entries, unreadable, released, version} = parseKevCatalogue(
        Buffer.concat(chunks),
        limits.maxBytes,
      );
      for (const [cve, entry] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
        draft.line(JSON.stringify({cve, ...entry, version}));
      }
      const at = released === undefined ? undefined : new Date(released).toISOString();
      return {entries: entries.size, unreadable, released: at};
    },
  };
};

const epssSink: MakeSink = (draft, _request, limits) =>
  epssFile(
    ({cve, probability, percentile}) => draft.line(`${cve},${probability},${percentile}`),
    limits.maxBytes,
  );

const syncOsvArchive = async (
  request: SyncRequest,
  distribution: string,
  limits: DownloadLimits,
): Promise<Synced> => {
  const url = `${request.sources['osv-bulk']}/${encodeURIComponent(distribution)}/all.zip`;
  const path = await temporaryPath(request.directory);
  const name = `osv-${distribution.replaceAll(' ', '-')}`;
  const before = await keptFeed(request.directory, name);
  const validators = before?.source === placeOf({url}) ? pick(before) : undefined;
  const paths: string[] = [];
  try {
    const {value, validators: found} = await streamDownload(
      {
        url,
        ...(validators === undefined ? {} : {validators}),
        sink: () => {
          const next = `${path}-${paths.length}`;
          paths.push(next);
          const file = fileSink(next);
          return {write: chunk => file.write(chunk), end: async () => (await file.end(), next)};
        },
        ...(request.progress === undefined ? {} : {progress: request.progress}),
      },
      limits,
    );
    if (value === undefined && before !== undefined) {
      const meta = {...before, asked: new Date(request.now).toISOString()};
      await touchFeed(request.directory, meta);
      return {meta, unchanged: true};
    }
    const draft = createFeedDraft();
    const wanted = (ecosystem: string): boolean => ecosystem.split(':')[0] === distribution;
    const taken = await readOsvArchive(value ?? path, wanted, advisory =>
      draft.line(JSON.stringify(advisory)),
    );
    return await keep(request, name, 'advisories', url, draft, taken, found);
  } finally {
    for (const made of paths) await unlink(made).catch(() => undefined);
  }
};

const syncAlpine = async (request: SyncRequest, release: string, limits: DownloadLimits): Promise<Synced> => {
  const draft = createFeedDraft();
  const parts = {entries: 0, unreadable: 0};
  const base = `${request.sources.alpine}/${release}`;
  for (const repository of ['main', 'community']) {
    const {value} = await streamDownload(
      {
        url: `${base}/${repository}.json`,
        sink: () => {
          const chunks: Uint8Array[] = [];
          return {
            write: chunk => {
              chunks.push(chunk);
            },
            end: () => alpineAdvisories(Buffer.concat(chunks), {maxBytes: limits.maxBytes, maxDepth: 12}),
          };
        },
      },
      limits,
    );
    for (const advisory of value ?? []) draft.line(JSON.stringify(advisory));
    parts.entries += value?.length ?? 0;
  }
  return keep(request, `alpine-${release}`, 'advisories', base, draft, parts, {});
};

const syncOsvApi = async (request: SyncRequest, limits: DownloadLimits): Promise<Synced> => {
  const {packages = [], sources} = request;
  if (packages.length === 0)
    throw new Error('it needs a scan: it is asked about the packages that are installed');
  const base = sources['osv-api'];
  const ids = await askOsv(base, packages, limits, asked => request.progress?.(asked, packages.length));
  const wanted = new Set(packages.map(({ecosystem}) => plainEcosystem(ecosystem)));
  const isWanted = (ecosystem: string): boolean =>
    wanted.has(ecosystem) || wanted.has(ecosystem.replace('Ubuntu:Pro:', 'Ubuntu:'));
  const {advisories, unreadable} = await readOsv(base, ids.flat(), isWanted, limits);
  const draft = createFeedDraft();
  for (const advisory of advisories) draft.line(JSON.stringify(advisory));
  const parts = {entries: advisories.length, unreadable};
  return keep(request, 'osv-api', 'advisories', base, draft, parts, {});
};

const keptFeed = async (directory: string, name: string): Promise<FeedMeta | undefined> =>
  (await listFeeds(directory)).feeds.find(feed => feed.name === name);

const pick = ({etag, lastModified}: FeedMeta): Validators => ({etag, lastModified});

/**
 * The tracker says no dates. What the kept copy knew keeps its day; what is new in the next copy became known today. Undefined: there
 * is no copy yet, so nothing is known of when.
 */
const daysKnown = async (
  directory: string,
  name: string,
): Promise<ReadonlyMap<string, string | undefined> | undefined> => {
  const meta = await keptFeed(directory, name);
  if (meta === undefined) return undefined;
  const days = new Map<string, string | undefined>();
  try {
    for await (const lines of feedLines(await packedFeed(directory, meta), meta)) {
      for (const line of lines) {
        const advisory = advisorySchema.parse(JSON.parse(line) as unknown);
        days.set(keyOf(advisory), advisory.since);
      }
    }
  } catch {
    return undefined;
  }
  return days;
};

const lineOf = (
  advisory: Advisory,
  days: ReadonlyMap<string, string | undefined> | undefined,
  now: number,
): string => {
  if (days === undefined) return JSON.stringify(advisory);
  const key = keyOf(advisory);
  const since = days.has(key) ? days.get(key) : new Date(now).toISOString().slice(0, 10);
  return JSON.stringify(since === undefined ? advisory : {...advisory, since});
};

const keyOf = ({ecosystem, source, id}: Advisory): string => `${ecosystem}|${source}|${id}`;
