import {z} from 'zod';
import {patchIdSchema} from './patch.ts';

/** How urgent an upload is, as its changelog says; `unknown` is not low. Debian policy 5.6.17, lowest first. */
export const urgencies = ['unknown', 'low', 'medium', 'high', 'emergency', 'critical'] as const;
export const urgencySchema = z.enum(urgencies);
export type Urgency = z.infer<typeof urgencySchema>;

/** What a changelog says that a patch fixes since a version of its source. */
export const readChangelogSchema = z.object({
  patch: patchIdSchema,
  since: z.string(),
  cves: z.array(z.string()),
  source: z.string(),
  urgency: urgencySchema,
});
export type ReadChangelog = z.infer<typeof readChangelogSchema>;

/** All that a ranking took from changelogs; kept as a file by digest. */
export const changelogsSchema = z.object({v: z.literal(1), read: z.array(readChangelogSchema)});
