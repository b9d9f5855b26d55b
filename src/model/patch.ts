import {z} from 'zod';
import {findingStateSchema, severitySchema} from './advisory.ts';
import {
  managerIdSchema,
  notInstalledClassSchema,
  sayUnknown,
  securitySchema,
  type ManagerId,
} from './package.ts';
import {repositoryAdvisorySchema} from './repository-advisory.ts';

export const patchIdSchema = z.string().min(3).max(400);

/** What feeds say of the vulnerabilities a patch closes; what they do not say is null, and named in `unknown`: it is never low. */
export const ratingSchema = z.object({
  severity: severitySchema.nullable(),
  /** `the distribution`, or the standard it was worked out by. */
  severityBy: z.string(),
  /** Every vulnerability that it closes is judged; else the severity may be worse. Absent in older runs, where nobody knows. */
  severityWhole: z.boolean().optional(),
  /** The worst. */
  cvss: z.object({cve: z.string(), score: z.number(), version: z.string(), vector: z.string()}).nullable(),
  /** The likeliest to be exploited within 30 days; both from 0 to 1. */
  epss: z.object({cve: z.string(), probability: z.number(), percentile: z.number()}).nullable(),
  /** Day on which the oldest became known. */
  since: z.string().nullable(),
  /** No record says that day: it is when this machine first saw it, which may be later. */
  sinceAtLeast: z.boolean().optional(),
  ssvc: z.object({decision: z.enum(['act', 'attend', 'track']), path: z.array(z.string())}),
  unknown: z.array(z.string()),
  /** Age of the oldest data it rests on, in words. */
  age: z.string().nullable(),
});
export type Rating = z.infer<typeof ratingSchema>;

/** An entry of the catalogue of known exploited vulnerabilities. `due` is '' where it names no day. */
export const exploitedSchema = z.object({
  cve: z.string(),
  since: z.string(),
  due: z.string(),
  ransomware: z.boolean(),
});

/** A vulnerability of one source package that no pending update closes. */
export const openHoleSchema = z.object({
  cve: z.string(),
  source: z.string(),
  state: findingStateSchema,
  severity: severitySchema.optional(),
  fixed: z.string().nullable(),
  reintroduced: z.boolean().optional(),
  /** The first of `hostCount`; the file of findings has all. Older rankings have all of them here. */
  hosts: z.array(z.string()),
  hostCount: z.int().optional(),
  exploited: exploitedSchema.omit({cve: true}).optional(),
  /** Probability that it is exploited within 30 days, 0 to 1; absent: unknown. */
  epss: z.number().optional(),
});
export type OpenHole = z.infer<typeof openHoleSchema>;

/** What an operator decides on: one source package going to one version, on all hosts where it is pending. */
const currentPatchSchema = z.object({
  /** `apt:openssl@3.0.17-1~deb12u2` */
  id: patchIdSchema,
  manager: managerIdSchema,
  source: z.string(),
  version: z.string(),
  /** The binary packages of it that are pending somewhere. */
  packages: z.array(z.string()),
  origin: z.string(),
  security: securitySchema,
  /** What repositories say of it, where they say something of any update. */
  advisories: z.array(repositoryAdvisorySchema).exactOptional(),
  hosts: z.array(z.string()),
  /** Those of them that were scanned shallowly: something newer may be pending there. Absent: none. */
  shallow: z.array(z.string()).exactOptional(),
  /** Hosts where the plain upgrade would not install it, with the class. */
  notInstalled: z.array(z.object({host: z.string(), why: notInstalledClassSchema})),
  /** What installing it means, on all hosts together where it can be chosen. Absent in older rankings. */
  work: z
    .object({
      /** Packages, counted on each host. */
      installs: z.int(),
      /** What is fetched, without the `unsized` ones, of which that is unknown. */
      bytes: z.int(),
      unsized: z.int(),
      /** Hosts that get another kernel by it: it takes effect with a reboot. */
      kernelOn: z.array(z.string()),
    })
    .optional(),
  cves: z.array(z.string()),
  /** `changelog`, or why there are none to show: unknown is said. */
  cveSource: z.string(),
  exploited: z.array(exploitedSchema),
  /** 0 to 100; null: too little is known to say. */
  score: z.number().nullable(),
  /** The sentence that says why it ranks where it does, missing inputs named. */
  why: z.string(),
  /** What the reason could not take into account. */
  missing: z.array(z.string()),
  /** Absent in runs of before there were feeds. */
  rating: ratingSchema.optional(),
});
export type Patch = z.infer<typeof currentPatchSchema>;
export const patchSchema = currentPatchSchema.transform(sayUnknown);

/** The ranked list, kept as a file by digest. */
export const rankingSchema = z.object({
  v: z.literal(1),
  at: z.string(),
  /** Where each input came from and how old it is, one sentence each. */
  inputs: z.array(z.string()),
  patches: z.array(patchSchema),
  /** Feeds by name, with the digest of what was used of each. */
  feeds: z.record(z.string(), z.string()).optional(),
  /** File of what changelogs said, by digest, where any were read. */
  changelogs: z.string().optional(),
  /** File of all that matching found, by digest. */
  findings: z.string().optional(),
  /** What is known of each vulnerability that pending updates close; what is absent is unknown. */
  closing: z
    .array(z.object({cve: z.string(), severity: severitySchema.optional(), epss: z.number().optional()}))
    .optional(),
  /** What stays open whatever is chosen, worst first; at most 2,000 of `openCount`. */
  open: z.array(openHoleSchema).optional(),
  openCount: z.number().optional(),
  /** How many holes stay open on each host, and how many of these are exploited. A host that is absent: no records speak of it. */
  openOn: z.record(z.string(), z.object({open: z.int(), exploited: z.int()})).optional(),
  /** What no feed covers: releases and packages of third parties, one sentence each. */
  uncovered: z.array(z.string()).optional(),
});
export type Ranking = z.infer<typeof rankingSchema>;

export const patchId = (manager: ManagerId, source: string, version: string): string =>
  `${manager}:${source}@${version}`;

/** What an id is made of; undefined for text that is none. */
export const parsePatchId = (
  id: string,
): {manager: ManagerId; source: string; version: string} | undefined => {
  const [, named, source, version] = /^([^:@]+):([^@]+)@(.+)$/.exec(id) ?? [];
  const manager = managerIdSchema.safeParse(named);
  return !manager.success || source === undefined || version === undefined
    ? undefined
    : {manager: manager.data, source, version};
};
