import {createGunzip} from 'node:zlib';
import {once} from 'node:events';
import {parse} from 'csv-parse';
import {z} from 'zod';
import type {Sink} from './stream-download.ts';

/** How likely it is that a vulnerability is exploited in the next 30 days: `probability` and `percentile` from 0 to 1. */
export type Epss = {cve: string; probability: number; percentile: number};

/** By CVE id what is known; `missing`: why it is not known of others. */
export type EpssScores = {scores: ReadonlyMap<string, Epss>; missing: string | undefined};

const rowSchema = z.tuple([
  z.string().regex(/^CVE-\d{4}-\d{4,19}$/),
  z.coerce.number().min(0).max(1),
  z.coerce.number().min(0).max(1),
]);
const gzipMagic = [0x1f, 0x8b];

export type EpssTaken = {entries: number; unreadable: number; released: string | undefined};

/**
 * Reads FIRST's daily file, packed or not: `#model_version:...,score_date:...`, then `cve,epss,percentile`. What it grows to counts
 * against `maxBytes`. Throws for what is no such file and for one that has fewer than half of its rows readable.
 */
export const epssFile = (take: (row: Epss) => void, maxBytes: number): Sink<EpssTaken> => {
  const taken: EpssTaken = {entries: 0, unreadable: 0, released: undefined};
  let fault: Error | undefined;
  let hasHead = false;
  const rows = parse({relax_column_count: true, max_record_size: 1000});
  rows.on('data', (row: unknown) => {
    if (!Array.isArray(row)) return;
    const [first = ''] = row.map(String);
    if (first.startsWith('#')) {
      taken.released = /score_date:([\d-]{10}T?[\d:]{0,8}[^,]{0,6})/.exec(row.join(','))?.[1];
    } else if (first === 'cve') hasHead = true;
    else {
      const read = rowSchema.safeParse(row.slice(0, 3));
      if (!read.success) taken.unreadable++;
      else {
        const [cve, probability, percentile] = read.data;
        take({cve, probability, percentile});
        taken.entries++;
      }
    }
  });
  const done = new Promise<void>(resolve => {
    rows.on('error', error => {
      fault ??= error;
      resolve();
    });
    rows.on('end', resolve);
  });
  let into: NodeJS.WritableStream | undefined;
  const open = (first: Uint8Array): NodeJS.WritableStream => {
    if (!gzipMagic.every((byte, at) => first[at] === byte)) return rows;
    const gunzip = createGunzip();
    let bytes = 0;
    gunzip.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes > maxBytes) gunzip.destroy(new Error(`it grows to more than ${maxBytes} bytes`));
    });
    gunzip.on('error', error => {
      fault ??= error;
      rows.end();
    });
    gunzip.pipe(rows);
    return gunzip;
  };
  return {
    write: async chunk => {
      if (fault !== undefined) throw fault;
      into ??= open(chunk);
      if (!into.write(chunk)) await Promise.race([once(into, 'drain').catch(() => undefined), done]);
    },
    end: async () => {
      (into ?? rows).end();
      await done;
      if (fault !== undefined) throw fault;
      if (!hasHead || taken.entries === 0) throw new Error('it is no list of EPSS scores');
      if (taken.unreadable > taken.entries) throw new Error('most of its rows cannot be read');
      return taken;
    },
  };
};

/** The probability and percentile of a kept line `cve,probability,percentile`. */
export const epssOfLine = (line: string): Epss | undefined => {
  const read = rowSchema.safeParse(line.split(','));
  if (!read.success) return undefined;
  const [cve, probability, percentile] = read.data;
  return {cve, probability, percentile};
};
