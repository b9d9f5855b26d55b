import {open} from 'node:fs/promises';
import {cleanLine} from '../model/clean.ts';
import {systemCode} from '../store/store-error.ts';
import {cachedDownload, defaultDownloadLimits, type DownloadLimits} from './cached-download.ts';
import {tooOld} from './freshness.ts';
import {kevDigest, parseKevCatalogue, type KevCatalogue, type KevEntry} from './kev-catalogue.ts';
import {ageOf, placeOf, requireHttp} from './place-words.ts';

/** Known exploited vulnerabilities by CVE id, with a sentence on source and age; or a sentence why they are not known. */
export type Kev =
  | {
      entries: ReadonlyMap<string, KevEntry>;
      input: string;
      /** sha256 of its normal form: the same catalogue has the same, from wherever it came. */
      digest: string;
      /** Why nothing is known of what is not in it. */
      stale: string | undefined;
    }
  | {missing: string};

/**
 * Loads the catalogue of known exploited vulnerabilities from a file, or from a URL through a cache in `cacheDir`. Never throws:
 * what cannot be had or believed is `missing`, and ranks then say so. `now` in milliseconds since 1970.
 */
export const loadKev = async (
  source: {file?: string; url?: string},
  cacheDir: string,
  now: number,
  limits: DownloadLimits = defaultDownloadLimits,
): Promise<Kev> => {
  const {file, url} = source;
  const place = placeOf(source);
  const read = (bytes: Uint8Array): KevCatalogue => parseKevCatalogue(bytes, limits.maxBytes);
  try {
    if (file !== undefined) return known(read(await readFileWithin(file, limits.maxBytes)), place, now);
    if (url === undefined) {
      return {
        missing:
          'no catalogue of known exploited vulnerabilities is named (--kev FILE or URL, or PATCHDECK_KEV)',
      };
    }
    requireHttp(url);
    const {value, at, stale} = await cachedDownload({url, cacheDir, now, read}, limits);
    const copy =
      stale === undefined
        ? ''
        : `a copy fetched ${ageOf(at, now)}, as a newer one could not be had: ${stale}`;
    return known(value, place, now, copy);
  } catch (error) {
    const why = cleanLine(error instanceof Error ? error.message : String(error), 200);
    return {missing: `known exploited vulnerabilities could not be read from ${place}: ${why}`};
  }
};

const known = (catalogue: KevCatalogue, place: string, now: number, copy = ''): Kev => {
  const {entries, version, released, unreadable} = catalogue;
  const stale =
    released === undefined
      ? 'the catalogue of what is exploited says not of when it is'
      : tooOld('kev', 'the catalogue of what is exploited', released, now);
  const facts = [
    `${entries.size.toLocaleString('en')} entries`,
    released === undefined ? 'of unknown age' : `released ${ageOf(released, now)}`,
    ...(stale === undefined ? [] : ['what was exploited since is not in it']),
    ...(unreadable === 0 ? [] : [`${unreadable} entries could not be read`]),
    ...(copy === '' ? [] : [copy]),
  ];
  return {
    entries,
    digest: kevDigest(catalogue),
    stale,
    input: `known exploited vulnerabilities: CISA KEV ${version} from ${place}, ${facts.join(', ')}`,
  };
};

const readFileWithin = async (path: string, maxBytes: number): Promise<Uint8Array> => {
  try {
    const handle = await open(path);
    try {
      const chunks: Uint8Array[] = [];
      // One byte more than is allowed: the reader then says that it is too large.
      for await (const chunk of handle.createReadStream({end: maxBytes, autoClose: false})) {
        if (chunk instanceof Uint8Array) chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const words: Readonly<Record<string, string>> = {
      ENOENT: 'it is not there',
      EACCES: 'you may not read it',
      EISDIR: 'it is a directory',
    };
    throw new Error(words[code] ?? code, {cause: error});
  }
};
