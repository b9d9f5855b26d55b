import {z} from 'zod';
import {cveIdSchema, severitySchema} from './advisory.ts';
import {patchIdSchema} from './patch.ts';
import {openingSchema, windowsSchema} from './window.ts';

const glob = z.string().min(1, 'a glob of package names, as "linux*"').max(200);
const days = z.int().min(0).max(3650);
const score = z.number().min(0).max(100);
const decision = z.enum(['act', 'attend', 'track']);

/** Why something is not patched though the policy would: somebody answers for it, until a day. */
export const exceptionSchema = z
  .strictObject({
    cve: cveIdSchema.optional(),
    package: glob.optional(),
    reason: z.string().trim().min(1).max(500),
    owner: z.string().trim().min(1).max(100),
    mitigation: z.string().trim().min(1).max(500),
    expires: z.iso.date('a day, as "2026-12-31"'),
  })
  .refine(item => (item.cve === undefined) !== (item.package === undefined), {
    error: 'say either "cve" or "package"',
  });
export type PolicyException = z.infer<typeof exceptionSchema>;

/** Of which hosts a shallow scan is enough: those on which at most this hangs, both stated in the inventory. */
export const shallowRuleSchema = z.strictObject({
  criticality: z.enum(['low', 'medium']),
  exposure: z.enum(['isolated', 'internal']),
});
export type ShallowRule = z.infer<typeof shallowRuleSchema>;

/** What a plan is made by. docs/policy.md is the reference. */
export const policySchema = z
  .strictObject({
    policy: z.string().trim().min(1).max(100),
    scan: z.strictObject({shallow: shallowRuleSchema.optional()}).prefault({}),
    select: z
      .strictObject({
        security: z.boolean().default(true),
        minScore: score.optional(),
        ssvc: decision.optional(),
        packages: z.array(glob).max(1000).optional(),
        exclude: z.array(glob).max(1000).default([]),
      })
      .prefault({}),
    actNow: z
      .strictObject({
        exploited: z.boolean().default(true),
        ssvc: decision.default('act'),
        severity: severitySchema.optional(),
        minScore: score.optional(),
      })
      .prefault({}),
    window: windowsSchema.optional(),
    /** Whether what is not urgent may be planned while no window is open. */
    outsideWindow: z.enum(['say', 'refuse']).default('say'),
    deadlines: z
      .strictObject({
        exploited: days.optional(),
        critical: days.optional(),
        high: days.optional(),
        medium: days.optional(),
        low: days.optional(),
        negligible: days.optional(),
        unknown: days.optional(),
      })
      .prefault({}),
    approve: z
      .strictObject({
        severity: severitySchema,
        maxHosts: z.int().min(1).max(100_000).optional(),
        reboots: z.boolean().default(false),
      })
      .optional(),
    exceptions: z.array(exceptionSchema).max(10_000).default([]),
    effort: z
      .strictObject({
        maxHosts: z.int().min(1).max(100_000).optional(),
        reboots: z.enum(['never', 'when-needed']).default('never'),
      })
      .prefault({}),
  })
  .refine(({window, outsideWindow}) => outsideWindow === 'say' || window !== undefined, {
    error: 'it needs a "window"',
    path: ['outsideWindow'],
  });
export type Policy = z.infer<typeof policySchema>;

/** What becomes of a patch by a policy. */
export const verdicts = [
  'now',
  'window',
  'over-effort',
  'excepted',
  'not-installable',
  'not-selected',
] as const;

export const routes = ['now', 'window', 'all'] as const;
export type Route = (typeof routes)[number];

export const decidedPatchSchema = z.object({
  patch: patchIdSchema,
  verdict: z.enum(verdicts),
  why: z.string(),
  /** Why it cannot wait, whatever became of it. */
  urgent: z.string().optional(),
  /** Hosts that it would be planned on, and those that the effort leaves for later. */
  hosts: z.array(z.string()).optional(),
  later: z.array(z.string()).optional(),
  /** Whether it may be planned without a person's word. */
  approval: z.enum(['automatic', 'person']),
  deadline: z
    .object({
      by: z.iso.date(),
      /** Days left; negative: overdue. */
      left: z.int(),
      why: z.string(),
    })
    .optional(),
});
export type DecidedPatch = z.infer<typeof decidedPatchSchema>;

/** All that went into a plan and what came of it. Its sha256 is the decision's digest: the same input gives the same. */
export const decisionSchema = z.object({
  v: z.literal(1),
  policy: z.string(),
  /** sha256 of the policy's file. */
  policyDigest: z.string(),
  at: z.string(),
  /** What is planned now; the effort counts for it alone. */
  route: z.enum(routes),
  /** Scans by host and feeds by name, by digest; the changelogs that were read, where any were. */
  scans: z.record(z.string(), z.string()),
  feeds: z.record(z.string(), z.string()),
  changelogs: z.string().optional(),
  /** sha256 of what the inventory says of how much hangs on each host, and of the versions that are blocked. */
  risk: z.string(),
  blocked: z.string(),
  reboot: z.enum(['never', 'when-needed']),
  /** The window that is open at that time, else the next one; where the policy has any. */
  window: openingSchema.optional(),
  patches: z.array(decidedPatchSchema),
  /** Exceptions that have ended, and others that mean nothing that is pending. */
  notes: z.array(z.string()),
});
export type Decision = z.infer<typeof decisionSchema>;
