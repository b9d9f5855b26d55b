import {z} from 'zod';
import {cveIdSchema, recordIdSchema, severitySchema} from './advisory.ts';

/** What a repository says of an update in its own metadata: dnf's updateinfo, zypper's patches. */
export const repositoryAdvisorySchema = z.object({
  /** `RHSA-2026:1234`, `openSUSE-SLE-15.5-2026-123`. */
  id: recordIdSchema,
  /** Absent: it is not judged, which is not low. */
  severity: severitySchema.exactOptional(),
  cves: z.array(cveIdSchema).max(2000),
  /** It takes effect with a reboot. */
  reboot: z.literal(true).exactOptional(),
  /** It is of the package manager itself, which has to be run again after it. */
  restart: z.literal(true).exactOptional(),
  /** It wants a person's agreement while it is installed. */
  interactive: z.literal(true).exactOptional(),
});
export type RepositoryAdvisory = z.infer<typeof repositoryAdvisorySchema>;
