import type {FeedMeta} from '../model/advisory.ts';
import type {DownloadLimits} from './cached-download.ts';
import {daysKnown} from './days-known.ts';
import {debianTracker} from './debian-tracker.ts';
import {epssFile} from './epss.ts';
import {createFeedDraft, type FeedDraft} from './feed-store.ts';
import {kevLines, parseKevCatalogue} from './kev-catalogue.ts';
import {bulkLimits, streamDownload, type Sink} from './stream-download.ts';
import {syncAlpine} from './sync-alpine.ts';
import {
  keepNew,
  keptWhole,
  stillKept,
  validatorsOf,
  type Parts,
  type Synced,
  type SyncRequest,
} from './sync-kept.ts';
import {syncOsvApi, syncOsvArchive} from './sync-osv.ts';

/**
 * Brings one feed here and keeps it; what was kept stays when that fails. Throws an Error with the reason. A document is taken whole
 * or not at all.
 */
export const syncFeed = async (
  request: SyncRequest,
  limits: DownloadLimits = bulkLimits,
): Promise<Synced> => {
  const {feed, sources} = request;
  const [kind = '', rest = ''] = feed.split(':');
  if (kind === 'kev' || kind === 'epss') {
    const before = await keptWhole(request.directory, kind);
    const makeSink = kind === 'kev' ? kevSink : epssSink;
    return fromUrl(request, limits, {name: kind, kind, url: sources[kind], before}, makeSink);
  }
  if (kind === 'debian') {
    const {before, dated} = await daysKnown(request.directory, 'debian', request.now);
    const url = sources.debian;
    return fromUrl(request, limits, {name: 'debian', kind: 'advisories', url, before}, draft =>
      debianTracker(advisory => draft.line(JSON.stringify(dated(advisory)))),
    );
  }
  if (kind === 'osv' && /^[A-Z][A-Za-z ]{1,30}$/.test(rest)) return syncOsvArchive(request, rest, limits);
  if (kind === 'alpine' && /^(v\d+\.\d+|edge)$/.test(rest)) return syncAlpine(request, rest, limits);
  if (feed === 'osv-api') return syncOsvApi(request, limits);
  throw new Error('there is no such feed: kev, epss, debian, osv:Debian, osv:Ubuntu, alpine:v3.20, osv-api');
};

type MakeSink = (draft: FeedDraft, maxBytes: number) => Sink<Parts>;

/** A feed that is one document. */
const fromUrl = async (
  request: SyncRequest,
  limits: DownloadLimits,
  feed: {name: string; kind: FeedMeta['kind']; url: string; before: FeedMeta | undefined},
  makeSink: MakeSink,
): Promise<Synced> => {
  const [validators] = validatorsOf(feed.before, feed.url);
  let draft = createFeedDraft();
  const {value, validators: found} = await streamDownload(
    {
      url: feed.url,
      ...(validators === undefined ? {} : {validators}),
      sink: () => {
        draft = createFeedDraft();
        return makeSink(draft, limits.maxBytes);
      },
      progress: (done, total) => request.progress?.({unit: 'bytes', done, total}),
    },
    limits,
  );
  if (value !== undefined) return keepNew(request, feed, draft, value, [found]);
  if (feed.before !== undefined) return stillKept(request, feed.before);
  throw new Error('it answered 304 to a question that was not asked');
};

const kevSink: MakeSink = (draft, maxBytes) => {
  const chunks: Uint8Array[] = [];
  return {
    write: chunk => {
      chunks.push(chunk);
    },
    end: () => {
      const catalogue = parseKevCatalogue(Buffer.concat(chunks), maxBytes);
      for (const line of kevLines(catalogue)) draft.line(line);
      const {entries, unreadable, released} = catalogue;
      const at = released === undefined ? undefined : new Date(released).toISOString();
      return {entries: entries.size, unreadable, released: at};
    },
  };
};

const epssSink: MakeSink = (draft, maxBytes) =>
  epssFile(({cve, probability, percentile}) => draft.line(`${cve},${probability},${percentile}`), maxBytes);
