import {open} from 'node:fs/promises';
import {openPromise, type Entry, type ZipFilePromise} from './zip.ts';
import type {Advisory} from '../model/advisory.ts';
import {jsonWithin} from '../model/json.ts';
import {osvAdvisories} from './osv-record.ts';
import type {Sink} from './stream-download.ts';

/** Bytes of one record, of all of them unpacked, and how many records an archive may have. */
const archiveLimits = {
  maxRecord: 16 * 1024 * 1024,
  maxUnpacked: 8 * 1024 * 1024 * 1024,
  maxRecords: 1_000_000,
};

/** Puts a download into a file: an archive is read from its end. */
export const fileSink = (path: string): Sink<undefined> => {
  const opened = open(path, 'wx', 0o600);
  opened.catch(() => undefined);
  return {
    write: async chunk => {
      await (await opened).writeFile(chunk);
    },
    end: async () => {
      await (await opened).close();
      return undefined;
    },
  };
};

/**
 * Reads an archive `all.zip` of OSV records and gives what is of the distributions that `wanted` takes. Names in the archive are
 * never used as paths. A record that cannot be read, or is larger than any should be, is counted. Throws for what is no archive, is
 * cut short, or unpacks to more than any such archive should.
 */
export const readOsvArchive = async (
  path: string,
  reader: {
    wanted: (ecosystem: string) => boolean;
    take: (advisory: Advisory) => void;
    progress: (done: number, total: number) => void;
  },
  limits: typeof archiveLimits = archiveLimits,
): Promise<{entries: number; unreadable: number}> => {
  const zip = await openPromise(path);
  const taken = {entries: 0, unreadable: 0};
  try {
    if (zip.entryCount > limits.maxRecords) throw new Error(`it has more than ${limits.maxRecords} records`);
    let unpacked = 0;
    let done = 0;
    for await (const entry of zip.entries()) {
      reader.progress(++done, zip.entryCount);
      if (!entry.fileName.endsWith('.json')) continue;
      unpacked += entry.uncompressedSize;
      if (unpacked > limits.maxUnpacked) throw new Error('it unpacks to more than any such archive should');
      const advisories = await readEntry(zip, entry, reader.wanted, limits.maxRecord);
      if (advisories === undefined) taken.unreadable++;
      for (const advisory of advisories ?? []) {
        reader.take(advisory);
        taken.entries++;
      }
    }
  } finally {
    zip.close();
  }
  if (taken.entries === 0) throw new Error('it has no record that can be read');
  return taken;
};

const readEntry = async (
  zip: ZipFilePromise,
  entry: Entry,
  wanted: (ecosystem: string) => boolean,
  maxRecord: number,
): Promise<Advisory[] | undefined> => {
  if (entry.uncompressedSize > maxRecord) return undefined;
  const bytes = await zip.read(entry, maxRecord);
  try {
    return osvAdvisories(jsonWithin(bytes, {maxBytes: maxRecord, maxDepth: 24}), wanted);
  } catch {
    return undefined;
  }
};
