import {z} from 'zod';
import type {Advisory} from '../model/advisory.ts';
import {jsonWithin} from '../model/json.ts';
import type {DownloadLimits} from './cached-download.ts';
import {osvAdvisories} from './osv-record.ts';
import {bulkLimits, streamDownload, type Sink} from './stream-download.ts';

export type OsvQuery = {ecosystem: string; name: string; version: string};
/** What the service takes at once. */
const batchSize = 1000;
/** Pages of one question; more is a service that does not end. */
const maxPages = 200;
const atOnce = 8;
/** Bytes of one answer, as the service itself limits it on HTTP/1.1, and of one record. */
const maxAnswer = 32 * 1024 * 1024;
const maxRecord = 16 * 1024 * 1024;

const batchSchema = z.object({
  results: z.array(
    z.object({
      vulns: z.array(z.object({id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$/)})).nullish(),
      next_page_token: z.string().max(4000).optional(),
    }),
  ),
});

/** Ids of records by question, in the order of the questions. */
export const askOsv = async (
  base: string,
  queries: readonly OsvQuery[],
  limits: DownloadLimits = bulkLimits,
  progress: (asked: number) => void = () => undefined,
): Promise<string[][]> => {
  const found: Set<string>[] = queries.map(() => new Set());
  for (let from = 0; from < queries.length; from += batchSize) {
    let open: {at: number; token?: string}[] = queries
      .slice(from, from + batchSize)
      .map((_, i) => ({at: from + i}));
    for (let page = 0; open.length > 0; page++) {
      if (page === maxPages) throw new Error(`it has more than ${maxPages} pages for one package`);
      const answers = await askBatch(base, queries, open, limits);
      open = answers.flatMap(({ids, token}, i) => {
        const at = open[i]?.at ?? 0;
        for (const id of ids) found[at]?.add(id);
        return token === undefined ? [] : [{at, token}];
      });
    }
    progress(Math.min(from + batchSize, queries.length));
  }
  return found.map(ids => [...ids]);
};

const askBatch = async (
  base: string,
  queries: readonly OsvQuery[],
  open: readonly {at: number; token?: string}[],
  limits: DownloadLimits,
): Promise<{ids: string[]; token: string | undefined}[]> => {
  const body = {
    queries: open.flatMap(({at, token}) => {
      const query = queries[at];
      if (query === undefined) return [];
      const {ecosystem, name, version} = query;
      return [{package: {ecosystem, name}, version, ...(token === undefined ? {} : {page_token: token})}];
    }),
  };
  const {value} = await streamDownload(
    {url: `${base}/v1/querybatch`, body, sink: () => jsonSink(maxAnswer)},
    {...limits, maxBytes: Math.min(limits.maxBytes, maxAnswer)},
  );
  const parsed = batchSchema.safeParse(value);
  if (!parsed.success) throw new Error('its answer is none of the OSV service');
  const {results} = parsed.data;
  // Answers are told apart by their place alone: one too few would give packages each other's holes.
  if (results.length !== open.length) {
    throw new Error(`it answered ${results.length} of ${open.length} questions`);
  }
  return results.map(result => ({
    ids: (result.vulns ?? []).map(({id}) => id),
    token: result.next_page_token === '' ? undefined : result.next_page_token,
  }));
};

/** The records behind ids, each asked for once, several at a time; those that cannot be read are counted. */
export const readOsv = async (
  base: string,
  ids: readonly string[],
  wanted: (ecosystem: string) => boolean,
  limits: DownloadLimits = bulkLimits,
  progress: (read: number) => void = () => undefined,
): Promise<{advisories: Advisory[]; unreadable: number}> => {
  const queue = [...new Set(ids)].sort();
  const byId = new Map<string, Advisory[]>();
  let unreadable = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let id = queue[next++]; id !== undefined; id = queue[next++]) {
      const {value} = await streamDownload(
        {url: `${base}/v1/vulns/${encodeURIComponent(id)}`, sink: () => jsonSink(maxRecord)},
        {...limits, maxBytes: Math.min(limits.maxBytes, maxRecord)},
      );
      try {
        byId.set(id, osvAdvisories(value, wanted));
      } catch {
        unreadable++;
      }
      progress(byId.size);
    }
  };
  await Promise.all(Array.from({length: atOnce}, worker));
  return {advisories: queue.flatMap(id => byId.get(id) ?? []), unreadable};
};

const jsonSink = (maxBytes: number): Sink<unknown> => {
  const chunks: Uint8Array[] = [];
  return {
    write: chunk => {
      chunks.push(chunk);
    },
    end: () => jsonWithin(Buffer.concat(chunks), {maxBytes, maxDepth: 24}),
  };
};
