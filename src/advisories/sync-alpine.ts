import {alpineAdvisories} from './alpine-secdb.ts';
import type {DownloadLimits} from './cached-download.ts';
import {createFeedDraft} from './feed-store.ts';
import {streamDownload, type Streamed, type Validators} from './stream-download.ts';
import {keepNew, keptWhole, stillKept, validatorsOf, type Synced, type SyncRequest} from './sync-kept.ts';

/** One document each. */
const repositories = ['main', 'community'] as const;

type Document = ReturnType<typeof alpineAdvisories>;

/**
 * Alpine's database of one release. Its copy is of two documents: when one is newer, both are taken, as what is kept does not say
 * which record came from which.
 */
export const syncAlpine = async (
  request: SyncRequest,
  release: string,
  limits: DownloadLimits,
): Promise<Synced> => {
  const url = `${request.sources.alpine}/${release}`;
  const name = `alpine-${release}`;
  const before = await keptWhole(request.directory, name);
  const asked = validatorsOf(before, url);
  const get = (at: number, validators?: Validators): Promise<Streamed<Document>> =>
    download(request, `${url}/${repositories[at] ?? ''}.json`, limits, validators);

  const first = await Promise.all(repositories.map((_, at) => get(at, asked[at])));
  if (before !== undefined && first.every(({value}) => value === undefined)) {
    return stillKept(request, before);
  }
  const documents = await Promise.all(
    first.map(async (found, at) => (found.value === undefined ? await get(at) : found)),
  );
  const draft = createFeedDraft();
  const parts = {entries: 0, unreadable: 0};
  for (const {value} of documents) {
    for (const advisory of value?.advisories ?? []) draft.line(JSON.stringify(advisory));
    parts.entries += value?.advisories.length ?? 0;
    parts.unreadable += value?.unreadable ?? 0;
  }
  const validators = documents.map(found => found.validators);
  return keepNew(request, {name, kind: 'advisories', url, before}, draft, parts, validators);
};

const download = (
  {progress}: SyncRequest,
  url: string,
  limits: DownloadLimits,
  validators?: Validators,
): Promise<Streamed<Document>> =>
  streamDownload(
    {
      url,
      ...(validators === undefined ? {} : {validators}),
      sink: () => {
        const chunks: Uint8Array[] = [];
        return {
          write: chunk => {
            chunks.push(chunk);
          },
          end: () => alpineAdvisories(Buffer.concat(chunks), {maxBytes: limits.maxBytes, maxDepth: 12}),
        };
      },
      progress: (done, total) => progress?.({unit: 'bytes', done, total}),
    },
    limits,
  );
