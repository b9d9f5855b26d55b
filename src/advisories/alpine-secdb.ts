import {z} from 'zod';
import {advisorySchema, type Advisory} from '../model/advisory.ts';
import {jsonWithin, type JsonLimits} from '../model/json.ts';
import {isApkVersion} from '../versions/apk.ts';

/** `https://secdb.alpinelinux.org/v3.20/main.json`; only what is used is looked at. */
const secdbSchema = z.object({
  distroversion: z.string().regex(/^(v\d+\.\d+|edge)$/),
  packages: z
    .array(
      z.object({
        pkg: z.object({
          name: z.string().min(1).max(200),
          secfixes: z.record(z.string().max(200), z.array(z.string().max(400)).nullable()),
        }),
      }),
    )
    .max(100_000),
});

/**
 * Reads one repository of Alpine's security database: which version of a package fixes what. It knows fixes only, so nothing of it
 * says that a vulnerability is open; a version of 0 means that Alpine never was affected. Records with names that are none are counted.
 * Throws for what is no such document.
 */
export const alpineAdvisories = (
  bytes: Uint8Array,
  limits: JsonLimits,
): {advisories: Advisory[]; unreadable: number} => {
  const parsed = secdbSchema.safeParse(jsonWithin(bytes, limits));
  if (!parsed.success) throw new Error("it is not a document of Alpine's security database");
  const ecosystem = `Alpine:${parsed.data.distroversion}`;
  const advisories: Advisory[] = [];
  let unreadable = 0;
  for (const {pkg} of parsed.data.packages) {
    for (const [fixed, ids] of Object.entries(pkg.secfixes)) {
      if (fixed === '0' || fixed === '') continue;
      for (const {id, cves} of (ids ?? []).flatMap(namedIn)) {
        const ranges = [{introduced: '0', fixed}];
        const advisory = advisorySchema.safeParse({
          id,
          feed: 'alpine',
          ecosystem,
          source: pkg.name,
          cves,
          ranges,
        });
        if (advisory.success && isApkVersion(fixed)) advisories.push(advisory.data);
        else unreadable++;
      }
    }
  }
  return {advisories, unreadable};
};

/** `CVE-2022-26356 XSA-397`: names of one hole. Where none is a CVE the first stands for it. */
const namedIn = (line: string): {id: string; cves: string[]}[] => {
  const cves = [...new Set(line.match(/\bCVE-\d{4}-\d{4,19}\b/g) ?? [])];
  if (cves.length > 0) return cves.map(cve => ({id: `ALPINE-${cve}`, cves: [cve]}));
  const [first = ''] = line.trim().split(/\s+/);
  return first === '' ? [] : [{id: first, cves: []}];
};
