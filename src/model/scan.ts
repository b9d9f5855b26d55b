import {z} from 'zod';
import {baselineSchema, factsSchema} from './facts.ts';
import {foreignPackageSchema, installedPackageSchema, managerIdSchema, updateSchema} from './package.ts';
import {reachSchema} from './reach.ts';

const depthSchema = z.literal('shallow');

/** Everything `identify` learnt of one host; kept as a file by digest. */
export const scanSchema = z.object({
  v: z.literal(1),
  host: z.string(),
  at: z.string(),
  /** `shallow`: lists as they were, and only what the plain upgrade would install. Absent: whole. */
  depth: depthSchema.exactOptional(),
  facts: factsSchema,
  /** Failed units, services, listening sockets, mounts and disks at that moment; absent in older scans. */
  baseline: baselineSchema.exactOptional(),
  /** What it is patched with, in the order of steps. */
  managers: z.array(managerIdSchema).default(['apt']),
  updates: z.array(updateSchema),
  installed: z.array(installedPackageSchema),
  /** Those of them that are not the distribution's own. Absent in older scans, and where the manager cannot tell. */
  foreign: z.array(foreignPackageSchema).exactOptional(),
  /** What it could not say, as nobody may be root there or it was shallow, a sentence each; absent where it says all. */
  limits: z.array(z.string().max(300)).max(10).exactOptional(),
});
export type Scan = z.infer<typeof scanSchema>;

/** What of a scan is small enough for an event and for a row of the table. */
export const scanSummarySchema = z.object({
  /** `shallow`: what is pending may be more than what is counted here. Absent: whole. */
  depth: depthSchema.exactOptional(),
  os: z.string(),
  kernel: z.string(),
  updates: z.int(),
  security: z.int(),
  /** Updates of which nobody says whether they are security fixes; absent: none, and in older runs. */
  securityUnknown: z.int().exactOptional(),
  notInstalled: z.int(),
  held: z.int(),
  broken: z.int(),
  rebootWanted: z.boolean(),
  /** Why nobody knows whether it does, where nothing says that it wants one; absent where it is known, and in older runs. */
  rebootUnknown: z.string().max(300).exactOptional(),
  /** How many units had failed; absent where nobody knows, and in older runs. */
  failedUnits: z.int().exactOptional(),
  bootId: z.string(),
  machineId: z.string(),
  /** What it is patched with, in the order of steps; apt alone in older runs. */
  managers: z.array(managerIdSchema).exactOptional(),
  /** `SHA256:...` of the host key it was scanned over; absent in older runs. */
  hostKey: z.string().exactOptional(),
  /** How it was reached; absent in older runs. */
  reach: reachSchema.exactOptional(),
  /** One sentence, where its release gets no security fixes any more. */
  endOfLife: z.string().exactOptional(),
  /** Where its release gets fixes for a part only, or nobody knows whether it gets any; absent in older runs. */
  support: z.object({state: z.enum(['limited', 'unknown']), sentence: z.string()}).exactOptional(),
  /** What it could not say, as nobody may be root there or it was shallow, a sentence each; absent where it says all. */
  limits: z.array(z.string().max(300)).max(10).exactOptional(),
  /** Those of its managers that are known from their documentation only, a sentence each; absent where there is none. */
  documented: z.array(z.object({manager: managerIdSchema, sentence: z.string().max(300)})).exactOptional(),
});
export type ScanSummary = z.infer<typeof scanSummarySchema>;

/** How many security fixes are pending: `3`, or `3+?` and `?` where it is not known of all updates; `3+` by a shallow scan. */
export const securityCount = ({
  security,
  securityUnknown = 0,
  depth,
}: Pick<ScanSummary, 'security' | 'securityUnknown' | 'depth'>): string => {
  if (securityUnknown === 0) return `${security}${depth === 'shallow' ? '+' : ''}`;
  return security === 0 ? '?' : `${security}+?`;
};
