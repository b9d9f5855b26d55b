import {z} from 'zod';
import type {Advisory} from '../model/advisory.ts';
import {debianEcosystem} from './ecosystem.ts';
import {jsonStream} from './json-stream.ts';
import {severityOf} from '../model/severity-word.ts';
import type {Sink} from './stream-download.ts';

/** `releases{codename: {status, fixed_version, urgency}}`; only what is used is looked at. */
const entrySchema = z.object({
  releases: z.record(
    z.string().regex(/^[a-z][a-z-]{0,40}$/),
    z.object({
      status: z.enum(['open', 'resolved', 'undetermined']),
      fixed_version: z.string().max(200).optional(),
      urgency: z.string().max(60).optional(),
    }),
  ),
});
const sourcePattern = /^[a-z0-9][a-z0-9+.-]{0,127}$/;
const cvePattern = /^CVE-\d{4}-\d{4,19}$/;
/** Not a CVE id yet, so nothing else could speak of it: kept out, and not counted as unreadable. */
const temporaryPattern = /^TEMP-/;

export type Taken = {entries: number; unreadable: number};

/**
 * Reads the data of the Debian security tracker, source package -> CVE -> release, and gives each record to `take`. A fixed version
 * of 0 means that the release never was affected: that is no record.
 */
export const debianTracker = (take: (advisory: Advisory) => void): Sink<Taken> => {
  const taken: Taken = {entries: 0, unreadable: 0};
  return jsonStream({
    path: '$.*.*',
    maxDepth: 12,
    take: (value, [source = '', cve = '']) => {
      if (temporaryPattern.test(cve)) return;
      const entry = entrySchema.safeParse(value);
      if (!entry.success || !sourcePattern.test(source) || !cvePattern.test(cve)) {
        taken.unreadable++;
        return;
      }
      for (const [codename, release] of Object.entries(entry.data.releases)) {
        const fixed = release.fixed_version;
        if (release.status === 'resolved' && (fixed === undefined || fixed === '0')) continue;
        const severity = severityOf(release.urgency);
        take({
          id: cve,
          feed: 'debian',
          ecosystem: debianEcosystem(codename),
          source,
          cves: [cve],
          ranges: [
            {introduced: '0', ...(release.status === 'resolved' && fixed !== undefined ? {fixed} : {})},
          ],
          ...(severity === undefined ? {} : {severity}),
          ...(release.status === 'undetermined' ? {undetermined: true} : {}),
          ...(release.urgency === 'end-of-life' ? {unsupported: true} : {}),
        });
        taken.entries++;
      }
    },
    end: () => {
      if (taken.entries === 0) throw new Error('it has no record of the tracker that can be read');
      return taken;
    },
  });
};
