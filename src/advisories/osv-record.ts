import {z} from 'zod';
import {advisorySchema, recordIdSchema, type Advisory, type AffectedRange} from '../model/advisory.ts';
import {plainEcosystem} from './ecosystem.ts';
import {orderOf, type Order} from './version-order.ts';
import {severityOf} from '../model/severity-word.ts';

const text = z.string().max(200);
const eventSchema = z.object({
  introduced: text.optional(),
  fixed: text.optional(),
  last_affected: text.optional(),
});
const severitySchema = z.array(z.object({type: z.string().max(40), score: z.string().max(400)})).max(20);
/** The Open Source Vulnerability schema, 1.7; only what is used is looked at. */
const recordSchema = z.object({
  id: recordIdSchema,
  modified: z.string().max(40),
  published: z.string().max(40).optional(),
  withdrawn: z.string().max(40).nullish(),
  aliases: z.array(text).max(5000).nullish(),
  upstream: z.array(text).max(5000).nullish(),
  related: z.array(text).max(5000).nullish(),
  severity: severitySchema.nullish(),
  affected: z
    .array(
      z.object({
        package: z.object({ecosystem: text.min(1), name: text.min(1)}).optional(),
        severity: severitySchema.nullish(),
        ranges: z
          .array(z.object({type: z.string().max(40), events: z.array(eventSchema).max(400)}))
          .max(100)
          .nullish(),
        versions: z.array(text).max(20_000).nullish(),
        ecosystem_specific: z.object({urgency: z.string().max(60).optional()}).nullish(),
      }),
    )
    .max(5000)
    .nullish(),
});

/**
 * The records of one OSV document: one for each source package and release of the distributions that `wanted` takes. A withdrawn one
 * is kept as such. Throws for what is no OSV document.
 */
export const osvAdvisories = (document: unknown, wanted: (ecosystem: string) => boolean): Advisory[] => {
  const parsed = recordSchema.safeParse(document);
  if (!parsed.success) throw new Error('it is not an OSV record');
  const record = parsed.data;
  const cves = cvesOf(record);
  const since = dayOf(record.published);
  const withdrawn = dayOf(record.withdrawn ?? undefined);
  return (record.affected ?? []).flatMap((affected): Advisory[] => {
    const ecosystem = plainEcosystem(affected.package?.ecosystem ?? '');
    if (affected.package === undefined || !wanted(ecosystem)) return [];
    const ranges = (affected.ranges ?? [])
      .filter(({type}) => type === 'ECOSYSTEM')
      .flatMap(({events}) => rangesOf(events, orderOf(ecosystem)));
    const versions = ranges.length === 0 ? (affected.versions ?? []) : [];
    if (ranges.length === 0 && versions.length === 0) return [];
    const rated = [...(affected.severity ?? []), ...(record.severity ?? [])];
    const word = rated.find(({type}) => !type.startsWith('CVSS'))?.score;
    const severity = severityOf(word ?? affected.ecosystem_specific?.urgency);
    const vectors = rated.filter(({type}) => type.startsWith('CVSS')).map(({score}) => score);
    const short = vectors.filter(vector => vector.length > 0 && vector.length <= 200).slice(0, 10);
    return [
      // What it names is drawn on terminals: a record with anything else in it is none.
      advisorySchema.parse({
        id: record.id,
        feed: 'osv',
        ecosystem,
        source: affected.package.name,
        cves,
        ranges: ranges.slice(0, 200),
        ...(versions.length === 0 ? {} : {versions}),
        ...(severity === undefined ? {} : {severity}),
        ...(short.length === 0 ? {} : {vectors: short}),
        ...(since === undefined ? {} : {since}),
        ...(withdrawn === undefined ? {} : {withdrawn}),
      }),
    ];
  });
};

/** A notice (USN, DSA) may name what it fixes as related only; a record of one vulnerability has its id in its name. */
const cvesOf = (record: z.infer<typeof recordSchema>): string[] => {
  const own = [record.id, ...(record.aliases ?? []), ...(record.upstream ?? [])].flatMap(cveIn);
  const found = own.length > 0 ? own : (record.related ?? []).flatMap(cveIn);
  return [...new Set(found)].sort().slice(0, 2000);
};

const cveIn = (id: string): string[] => {
  const match = /^(?:[A-Z]+-)?(CVE-\d{4}-\d{4,19})$/.exec(id.toUpperCase());
  return match?.[1] === undefined ? [] : [match[1]];
};

type Event = z.infer<typeof eventSchema>;

/** Events may stand in any order; by that of versions one that introduces and is never closed reaches on. */
const rangesOf = (events: readonly Event[], order: Order | undefined): AffectedRange[] => {
  const ranges: AffectedRange[] = [];
  let introduced: string | undefined;
  for (const event of order === undefined ? events : sorted(events, order)) {
    if (event.introduced !== undefined && event.introduced !== '') introduced ??= event.introduced;
    if (introduced === undefined) continue;
    if (event.fixed !== undefined && event.fixed !== '') ranges.push({introduced, fixed: event.fixed});
    else if (event.last_affected !== undefined && event.last_affected !== '') {
      ranges.push({introduced, lastAffected: event.last_affected});
    } else continue;
    introduced = undefined;
  }
  return introduced === undefined ? ranges : [...ranges, {introduced}];
};

/** `0` stands for the first version, whatever that is. */
const sorted = (events: readonly Event[], order: Order): Event[] => {
  const at = ({introduced, fixed, last_affected}: Event): string =>
    introduced ?? fixed ?? last_affected ?? '';
  const place = (event: Event): number => (event.introduced === '0' ? 0 : 1);
  return [...events].sort((a, b) => place(a) - place(b) || (place(a) === 0 ? 0 : order(at(a), at(b))));
};

const dayOf = (moment: string | undefined): string | undefined => {
  const at = Date.parse(moment ?? '');
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().slice(0, 10);
};
