import {setTimeout as wait} from 'node:timers/promises';
import {createGunzip} from 'node:zlib';
import got, {TimeoutError} from 'got';
import {cleanLine} from '../model/clean.ts';
import {defaultDownloadLimits, type DownloadLimits} from './cached-download.ts';
import {requireHttp} from './place-words.ts';

/** For feeds of tens of MB. */
export const bulkLimits: DownloadLimits = {
  ...defaultDownloadLimits,
  maxBytes: 1024 * 1024 * 1024,
  attemptMs: 30 * 60_000,
  silenceMs: 60_000,
};

/** What the bytes go into, made anew for each attempt. Throwing says what is wrong with the document; that is not tried again. */
export type Sink<T> = {write(chunk: Uint8Array): void | Promise<void>; end(): T | Promise<T>};

/** Bytes taken so far; `total` where the server says it. */
export type Progress = (bytes: number, total: number | undefined) => void;

/** What lets a server say that nothing changed. */
export type Validators = {etag?: string | undefined; lastModified?: string | undefined};

/** `value` is undefined when the server says that nothing changed since `validators`. */
export type Streamed<T> = {value: T | undefined; validators: Validators};

/** A fault of the line or the server: another attempt may help. */
class TryAgain extends Error {
  readonly pauseMs: number;
  constructor(message: string, pauseMs: number) {
    super(message);
    this.pauseMs = pauseMs;
  }
}

/** The document is not what it should be: another attempt would bring the same. */
export class WrongDocument extends Error {}

/**
 * Gets a document piece by piece, so that its size costs no memory. What is compressed on the wire counts by what it grows to.
 * Throws an Error with the reason, after the attempts that `limits` allow.
 */
export const streamDownload = async <T>(
  request: {url: string; validators?: Validators; sink: () => Sink<T>; progress?: Progress; body?: unknown},
  limits: DownloadLimits = bulkLimits,
): Promise<Streamed<T>> => {
  requireHttp(request.url);
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(request, limits);
    } catch (error) {
      if (error instanceof WrongDocument) throw error;
      const why = error instanceof TryAgain ? error : faultOf(error);
      if (attempt >= limits.retries) throw new Error(why.message, {cause: error});
      await wait(Math.min(why.pauseMs * 2 ** attempt, limits.pauseMs));
    }
  }
};

const once = async <T>(
  {url, validators, sink, progress, body}: Parameters<typeof streamDownload<T>>[0],
  limits: DownloadLimits,
): Promise<Streamed<T>> => {
  const stream = got.stream(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : {json: body}),
    headers: {
      'user-agent': 'patchdeck',
      'accept-encoding': 'gzip',
      ...(validators?.etag === undefined ? {} : {'if-none-match': validators.etag}),
      ...(validators?.lastModified === undefined ? {} : {'if-modified-since': validators.lastModified}),
    },
    // Below, where what it grows to is counted.
    decompress: false,
    throwHttpErrors: false,
    maxRedirects: 5,
    timeout: {request: limits.attemptMs, socket: limits.silenceMs, response: limits.silenceMs},
    retry: {limit: 0},
    hooks: {
      beforeRedirect: [
        ({url: next}) => {
          if (url.startsWith('https:') && new URL(next ?? url).protocol !== 'https:') {
            throw new WrongDocument('it redirects to a place without https');
          }
        },
      ],
    },
  });
  try {
    const response = await new Promise<{status: number; headers: Readonly<Record<string, unknown>>}>(
      (resolve, reject) => {
        stream.once('error', reject);
        stream.once('response', (answer: {statusCode: number; headers: Record<string, unknown>}) =>
          resolve({status: answer.statusCode, headers: answer.headers}),
        );
      },
    );
    const {status, headers} = response;
    const found = {etag: header(headers, 'etag', 1000), lastModified: header(headers, 'last-modified', 100)};
    if (status === 304 && validators !== undefined) return {value: undefined, validators};
    if (status === 429 || status === 408 || status >= 500) {
      const after = Number(header(headers, 'retry-after', 10) ?? '1');
      throw new TryAgain(`it answered ${status}`, Number.isFinite(after) ? after * 1000 : 1000);
    }
    if (status !== 200) throw new WrongDocument(`it answered ${status}`);
    const length = Number(header(headers, 'content-length', 20) ?? 'x');
    const isPacked = header(headers, 'content-encoding', 20) === 'gzip';
    const value = await pour(isPacked ? unpacked(stream) : stream, sink(), limits, (bytes, wire) =>
      progress?.(bytes, isPacked || Number.isNaN(length) ? undefined : Math.max(length, wire)),
    );
    return {value, validators: found};
  } finally {
    stream.destroy();
  }
};

const unpacked = (
  stream: NodeJS.ReadableStream & {on: (event: 'error', on: (error: Error) => void) => unknown},
) => {
  const gunzip = createGunzip();
  stream.on('error', error => gunzip.destroy(error));
  return stream.pipe(gunzip);
};

const pour = async <T>(
  chunks: AsyncIterable<unknown>,
  sink: Sink<T>,
  limits: DownloadLimits,
  progress: (bytes: number, wire: number) => void,
): Promise<T> => {
  let bytes = 0;
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > limits.maxBytes) {
      throw new WrongDocument(`it sends more than ${Math.round(limits.maxBytes / 1024 / 1024)} MB`);
    }
    await judged(() => sink.write(chunk));
    progress(bytes, bytes);
  }
  return judged(() => sink.end());
};

const judged = async <T>(read: () => T | Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    const why = cleanLine(error instanceof Error ? error.message : String(error), 200);
    throw new WrongDocument(why, {cause: error});
  }
};

const header = (
  headers: Readonly<Record<string, unknown>>,
  name: string,
  max: number,
): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value.slice(0, max) : undefined;
};

const faultOf = (error: unknown): TryAgain => {
  if (error instanceof TimeoutError) return new TryAgain('it did not answer in time', 500);
  const cause = error instanceof Error && error.cause instanceof WrongDocument ? error.cause : error;
  if (cause instanceof WrongDocument) throw cause;
  return new TryAgain(cleanLine(error instanceof Error ? error.message : String(error), 160), 500);
};
