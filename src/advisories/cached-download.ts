import {createHash} from 'node:crypto';
import {join} from 'node:path';
import got, {HTTPError, TimeoutError} from 'got';
import {z} from 'zod';
import {cleanLine} from '../model/clean.ts';
import {jsonWithin} from '../model/json.ts';
import {readDurable, writeDurable} from '../store/durable-file.ts';
import {ownDirectory} from '../store/own-file.ts';

export type DownloadLimits = {
  maxBytes: number;
  /** Longest time for one attempt as a whole, and for the server to say nothing in it, in milliseconds. */
  attemptMs: number;
  silenceMs: number;
  retries: number;
  /** Longest pause before another attempt, in milliseconds. */
  pauseMs: number;
};

export const defaultDownloadLimits: DownloadLimits = {
  maxBytes: 64 * 1024 * 1024,
  attemptMs: 60_000,
  silenceMs: 15_000,
  retries: 2,
  pauseMs: 2000,
};

export type Downloaded<T> = {
  value: T;
  /** When the server last said that this is what it has, milliseconds since 1970. */
  at: number;
  /** Why an older copy had to do; absent when the server was just asked. */
  stale?: string;
};

const cacheSchema = z.object({
  v: z.literal(1),
  url: z.string(),
  etag: z.string().max(1000).optional(),
  lastModified: z.string().max(100).optional(),
  at: z.number(),
  body: z.string(),
});
type Cache = z.infer<typeof cacheSchema>;

/**
 * Gets a document through a cache in `cacheDir`: asks the server whether it has a newer one, and uses the copy when it has not, or
 * cannot be asked, or sends something that `read` does not take. Throws an Error with the reason when there is no copy either.
 * `read` throws for what is not such a document. `now` in milliseconds since 1970.
 */
export const cachedDownload = async <T>(
  request: {url: string; cacheDir: string; now: number; read: (body: Uint8Array) => T},
  limits: DownloadLimits = defaultDownloadLimits,
): Promise<Downloaded<T>> => {
  const {url, cacheDir, now, read} = request;
  const path = join(cacheDir, `feed-${createHash('sha256').update(url).digest('hex').slice(0, 16)}.json`);
  const cached = await readCache(path, url, read, limits);
  try {
    const fresh = await ask(url, cached?.cache, now, limits);
    const value = fresh.body === cached?.cache.body ? cached.value : read(Buffer.from(fresh.body));
    await keep(path, cacheDir, fresh);
    return {value, at: now};
  } catch (error) {
    const why = reasonOf(error, limits);
    if (cached === undefined) throw new Error(why, {cause: error});
    return {value: cached.value, at: cached.cache.at, stale: why};
  }
};

const ask = async (
  url: string,
  cache: Cache | undefined,
  now: number,
  limits: DownloadLimits,
): Promise<Cache> => {
  const tooLarge = new AbortController();
  const asking = got(url, {
    responseType: 'buffer',
    signal: tooLarge.signal,
    headers: {
      'user-agent': 'patchdeck',
      ...(cache?.etag === undefined ? {} : {'if-none-match': cache.etag}),
      ...(cache?.lastModified === undefined ? {} : {'if-modified-since': cache.lastModified}),
    },
    // What is not compressed cannot grow here: the limit below sees every byte.
    decompress: false,
    maxRedirects: 5,
    timeout: {request: limits.attemptMs, socket: limits.silenceMs, response: limits.silenceMs},
    retry: {
      limit: limits.retries,
      calculateDelay: ({computedValue}) => Math.min(computedValue, limits.pauseMs),
    },
    hooks: {
      beforeRedirect: [
        ({url: next}) => {
          if (url.startsWith('https:') && new URL(next ?? url).protocol !== 'https:') {
            throw new Error('it redirects to a place without https');
          }
        },
      ],
    },
  });
  void asking.on('downloadProgress', ({transferred, total}) => {
    if (transferred > limits.maxBytes || (total ?? 0) > limits.maxBytes) tooLarge.abort();
  });
  const {statusCode, headers, body} = await asking;
  if (statusCode === 304) {
    if (cache === undefined) throw new Error('it answered 304 to a question that was not asked');
    return {...cache, at: now};
  }
  if (statusCode !== 200) throw new Error(`it answered ${statusCode}`);
  return {
    v: 1,
    url,
    ...(headers.etag === undefined ? {} : {etag: headers.etag.slice(0, 1000)}),
    ...(headers['last-modified'] === undefined ? {} : {lastModified: headers['last-modified'].slice(0, 100)}),
    at: now,
    body: new TextDecoder().decode(body),
  };
};

/** Absent, damaged, of another place or no such document any more is all the same: it is fetched anew. */
const readCache = async <T>(
  path: string,
  url: string,
  read: (body: Uint8Array) => T,
  limits: DownloadLimits,
): Promise<{cache: Cache; value: T} | undefined> => {
  try {
    // Escapes make the body longer in the cache than it was on the wire, sixfold at most.
    const bounds = {maxBytes: limits.maxBytes * 6, maxDepth: 2};
    const bytes = await readDurable(path, bounds);
    if (bytes === undefined) return undefined;
    const cache = cacheSchema.parse(jsonWithin(bytes, bounds));
    return cache.url === url ? {cache, value: read(Buffer.from(cache.body))} : undefined;
  } catch {
    return undefined;
  }
};

/** A cache that cannot be written costs the next run a download, nothing else. */
const keep = async (path: string, cacheDir: string, cache: Cache): Promise<void> => {
  try {
    await ownDirectory(cacheDir);
    await writeDurable(path, Buffer.from(JSON.stringify(cache)));
  } catch {
    // Next time it is fetched whole again.
  }
};

const reasonOf = (error: unknown, limits: DownloadLimits): string => {
  if (error instanceof HTTPError) return `it answered ${error.response.statusCode}`;
  if (error instanceof TimeoutError) return 'it did not answer in time';
  if (error instanceof Error && error.name === 'AbortError') {
    return `it sends more than ${Math.round(limits.maxBytes / 1024 / 1024)} MB`;
  }
  return cleanLine(error instanceof Error ? error.message : String(error), 160);
};
