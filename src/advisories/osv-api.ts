import {z} from 'zod';
import {recordIdSchema, type Advisory} from '../model/advisory.ts';
import {jsonWithin} from '../model/json.ts';
import type {DownloadLimits} from './cached-download.ts';
import {osvAdvisories} from './osv-record.ts';
import {bulkLimits, streamDownload, WrongDocument, type Sink} from './stream-download.ts';

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
      vulns: z.array(z.object({id: recordIdSchema})).nullish(),
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

/**
 * The records behind ids, each asked for once, several at a time. One that is gone, or is none, is `unreadable`; when most are, the
 * service is not what it should be, and an Error says so.
 */
export const readOsv = async (
  base: string,
  ids: readonly string[],
  wanted: (ecosystem: string) => boolean,
  limits: DownloadLimits = bulkLimits,
  progress: (read: number) => void = () => undefined,
): Promise<{byId: ReadonlyMap<string, readonly Advisory[]>; unreadable: ReadonlySet<string>}> => {
  const queue = [...new Set(ids)].sort();
  const byId = new Map<string, Advisory[]>();
  const unreadable = new Set<string>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let id = queue[next++]; id !== undefined; id = queue[next++]) {
      try {
        byId.set(id, await readOne(base, id, wanted, limits));
      } catch (error) {
        if (!(error instanceof WrongDocument)) throw error;
        unreadable.add(id);
      }
      progress(byId.size + unreadable.size);
    }
  };
  await Promise.all(Array.from({length: atOnce}, worker));
  if (unreadable.size > byId.size) throw new Error('most of its records cannot be read');
  return {byId: new Map(queue.map(id => [id, byId.get(id) ?? []])), unreadable};
};

const readOne = async (
  base: string,
  id: string,
  wanted: (ecosystem: string) => boolean,
  limits: DownloadLimits,
): Promise<Advisory[]> => {
  const sink = (): Sink<Advisory[]> => {
    const json = jsonSink(maxRecord);
    return {write: chunk => json.write(chunk), end: async () => osvAdvisories(await json.end(), wanted)};
  };
  const {value} = await streamDownload(
    {url: `${base}/v1/vulns/${encodeURIComponent(id)}`, sink},
    {...limits, maxBytes: Math.min(limits.maxBytes, maxRecord)},
  );
  return value ?? [];
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
