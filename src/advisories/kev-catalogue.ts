import {createHash} from 'node:crypto';
import {z} from 'zod';
import {cleanLine} from '../model/clean.ts';
import {jsonWithin} from '../model/json.ts';

/** Days as `2025-12-09`. `due`: by when US agencies had to have it fixed; '' when the catalogue names no day. */
export type KevEntry = {since: string; due: string; ransomware: boolean};

export type KevCatalogue = {
  entries: ReadonlyMap<string, KevEntry>;
  /** The catalogue's own name for itself, as `2025.08.25`. */
  version: string;
  /** Milliseconds since 1970; undefined when it does not say. */
  released: number | undefined;
  /** Entries that could not be read. */
  unreadable: number;
};

const day = z.iso.date();

/** CISA's schema of the catalogue; only what is used is looked at. */
const catalogueSchema = z.object({
  catalogVersion: z.string().default('unnamed'),
  dateReleased: z.string().optional(),
  count: z.number().optional(),
  vulnerabilities: z.array(z.unknown()),
});
const entrySchema = z.object({
  cveID: z.string().regex(/^CVE-\d{4}-\d{4,19}$/i),
  dateAdded: day,
  dueDate: day.or(z.literal('')).default(''),
  knownRansomwareCampaignUse: z.string().default('Unknown'),
});

/**
 * Reads CISA's catalogue of known exploited vulnerabilities. Throws an Error that says why for what is none, or for one that has
 * fewer entries than it says: half a catalogue would make the rest look unexploited.
 */
export const parseKevCatalogue = (bytes: Uint8Array, maxBytes: number): KevCatalogue => {
  const parsed = catalogueSchema.safeParse(jsonWithin(bytes, {maxBytes, maxDepth: 8}));
  if (!parsed.success) throw new Error('it is not a catalogue of known exploited vulnerabilities');
  const {catalogVersion, dateReleased, count, vulnerabilities} = parsed.data;
  if (count !== undefined && count > vulnerabilities.length) {
    throw new Error(
      `it says that it has ${count} entries and has ${vulnerabilities.length}: it is cut short`,
    );
  }
  const entries = new Map<string, KevEntry>();
  let unreadable = 0;
  for (const item of vulnerabilities) {
    const entry = entrySchema.safeParse(item);
    if (!entry.success) {
      unreadable++;
      continue;
    }
    const {cveID, dateAdded, dueDate, knownRansomwareCampaignUse} = entry.data;
    const ransomware = knownRansomwareCampaignUse.toLowerCase() === 'known';
    entries.set(cveID.toUpperCase(), {since: dateAdded, due: dueDate, ransomware});
  }
  if (entries.size === 0) throw new Error('it has no entry that can be read');
  const released = Date.parse(dateReleased ?? '');
  return {
    entries,
    version: cleanLine(catalogVersion, 40),
    released: Number.isNaN(released) ? undefined : released,
    unreadable,
  };
};

/** A catalogue in the form in which it is kept: one entry a line, sorted. */
export const kevLines = ({entries, version}: Pick<KevCatalogue, 'entries' | 'version'>): string[] =>
  [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([cve, entry]) => JSON.stringify({cve, ...entry, version}));

/** The digest that the kept form has. */
export const kevDigest = (catalogue: KevCatalogue): string =>
  createHash('sha256')
    .update(`${kevLines(catalogue).join('\n')}\n`)
    .digest('hex');
