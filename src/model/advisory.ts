import {z} from 'zod';

/** An id, name, version or vector from a feed: printable, as it is drawn on terminals. */
const text = z
  .string()
  .max(200)
  .regex(/^[\x20-\x7e]+$/);
export const recordIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$/);

export const cveIdSchema = z.string().regex(/^CVE-\d{4}-\d{4,19}$/, 'a CVE id, as CVE-2026-1234');

export const severities = ['critical', 'high', 'medium', 'low', 'negligible'] as const;
export const severitySchema = z.enum(severities);
/** As the distribution says it. What it has not judged has none: that is not low. */
export type Severity = z.infer<typeof severitySchema>;

/** Affected from `introduced` on ('0': from the first), up to but without `fixed`, or up to and with `lastAffected`. */
export const affectedRangeSchema = z.object({
  introduced: text,
  fixed: text.optional(),
  lastAffected: text.optional(),
});
export type AffectedRange = z.infer<typeof affectedRangeSchema>;

/** What one record of a feed says of one source package in one release of a distribution. Kept one a line. */
export const advisorySchema = z.object({
  /** The record's own name: `CVE-2023-0286`, `DSA-5343-1`, `UBUNTU-CVE-2025-38094`. */
  id: recordIdSchema,
  feed: z.enum(['debian', 'osv', 'alpine']),
  /** `Debian:12`, `Ubuntu:24.04`, `Ubuntu:Pro:18.04`, `Alpine:v3.20`. */
  ecosystem: text,
  source: text,
  cves: z.array(cveIdSchema).max(2000),
  /** In the order of versions; none: see `versions`. */
  ranges: z.array(affectedRangeSchema).max(200),
  /** Exactly these versions, where a record lists them and has no range. */
  versions: z.array(text).max(20_000).optional(),
  severity: severitySchema.optional(),
  /** CVSS vectors, as given. */
  vectors: z.array(text).max(10).optional(),
  /** Day it became known, as `2023-02-07`: published, or first seen by `feeds sync`. */
  since: z.iso.date().optional(),
  /** Day on which this machine first saw it, where nobody says since when it is known: at least since then. */
  seen: z.iso.date().optional(),
  /** Taken back on this day. */
  withdrawn: z.iso.date().optional(),
  /** The distribution has not found out whether it is affected. */
  undetermined: z.boolean().optional(),
  /** The distribution no longer supports the package in this release. */
  unsupported: z.boolean().optional(),
});
export type Advisory = z.infer<typeof advisorySchema>;

/** A line of a feed that knows only of what was asked about: this was. */
export const askedSchema = z.strictObject({
  asked: z.object({ecosystem: text, source: text, version: text}),
});

/**
 * Where a vulnerability of an installed package stands.
 * `fix-pending`: the candidate has the fix. `fix-elsewhere`: fixed, but the host is offered no version that has it.
 * `needs-subscription`: only a paid archive has it. `not-booted`: the fixed kernel is installed, an older one runs.
 * `no-fix-yet`, `undetermined` (perhaps not affected), `end-of-life` (no support: no fix will come).
 */
export const findingStates = [
  'fix-pending',
  'fix-elsewhere',
  'needs-subscription',
  'not-booted',
  'no-fix-yet',
  'undetermined',
  'end-of-life',
] as const;
export const findingStateSchema = z.enum(findingStates);
export type FindingState = z.infer<typeof findingStateSchema>;

export const findingSchema = z.object({
  cve: z.string(),
  record: z.string(),
  state: findingStateSchema,
  /** First version that has the fix; null: none does. */
  fixed: z.string().nullable(),
  /** It was fixed in a version older than the installed one, and came back. */
  reintroduced: z.boolean().optional(),
  severity: severitySchema.optional(),
  vectors: z.array(z.string()).optional(),
  since: z.string().optional(),
  seen: z.string().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

/** What one source package in one version means, on all hosts that have it with the same candidate. */
export const findingGroupSchema = z.object({
  ecosystem: z.string(),
  source: z.string(),
  installed: z.string(),
  candidate: z.string().nullable(),
  hosts: z.array(z.string()),
  findings: z.array(findingSchema),
});
export type FindingGroup = z.infer<typeof findingGroupSchema>;

/** All that matching found; kept as a file by digest. */
export const findingsSchema = z.object({
  v: z.literal(1),
  groups: z.array(findingGroupSchema),
  /** Releases of hosts of which no feed has a record, with the hosts: nothing is known of them, which is not "clean". */
  unknownReleases: z.array(z.object({ecosystem: z.string(), hosts: z.array(z.string())})),
  /** Packages of third parties, that no record covers. */
  uncovered: z.array(z.object({source: z.string(), hosts: z.array(z.string())})),
  /** What runs or is installed and could not be judged though its release is covered, with why. */
  unjudged: z
    .array(z.object({source: z.string(), version: z.string(), why: z.string(), hosts: z.array(z.string())}))
    .default([]),
  /** How many packages in one version, with one candidate, were judged: each once, on however many hosts it is. */
  judged: z.int().optional(),
});
export type Findings = z.infer<typeof findingsSchema>;

/** What lets a server say that nothing changed. */
const validators = z.object({
  etag: z.string().max(1000).optional(),
  lastModified: z.string().max(100).optional(),
});

/** One kept feed. `digest`: sha256 of its normal form, by which plans name it. */
export const feedMetaSchema = z.object({
  v: z.literal(1),
  name: z.string().regex(/^[a-z0-9][A-Za-z0-9._-]{0,60}$/),
  kind: z.enum(['advisories', 'epss', 'kev']),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Bytes of the normal form. */
  bytes: z.int().min(0),
  entries: z.int().min(0),
  /** Records that could not be read. */
  unreadable: z.int().min(0),
  /** Where it came from, without anything secret. */
  source: z.string().max(500),
  /** When the source was last asked, ISO 8601. */
  asked: z.iso.datetime(),
  /** The date the data gives itself, ISO 8601, where it has one. */
  released: z.string().max(40).optional(),
  ...validators.shape,
  /** The same of each of its documents, where it is made of several. */
  parts: z.array(validators).max(4).optional(),
  /** It knows only of the packages that it has `asked` lines for. */
  partial: z.boolean().optional(),
});
export type FeedMeta = z.infer<typeof feedMetaSchema>;
