import {z} from 'zod';
import type {Advisory} from '../model/advisory.ts';
import {jsonWithin, type JsonLimits} from '../model/json.ts';

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
 * says that a vulnerability is open; a version of 0 means that Alpine never was affected. Throws for what is no such document.
 */
export const alpineAdvisories = (bytes: Uint8Array, limits: JsonLimits): Advisory[] => {
  const parsed = secdbSchema.safeParse(jsonWithin(bytes, limits));
  if (!parsed.success) throw new Error("it is not a document of Alpine's security database");
  const ecosystem = `Alpine:${parsed.data.distroversion}`;
  return parsed.data.packages.flatMap(({pkg}) =>
    Object.entries(pkg.secfixes).flatMap(([fixed, ids]): Advisory[] => {
      const cves = [...new Set((ids ?? []).flatMap(line => line.match(/\bCVE-\d{4}-\d{4,19}\b/g) ?? []))];
      if (fixed === '0' || fixed === '' || cves.length === 0) return [];
      return cves.map(cve => ({
        id: `ALPINE-${cve}`,
        feed: 'alpine',
        ecosystem,
        source: pkg.name,
        cves: [cve],
        ranges: [{introduced: '0', fixed}],
      }));
    }),
  );
};
