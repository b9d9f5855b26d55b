import {z} from 'zod';
import {baselineSchema} from './facts.ts';
import {installedPackageSchema} from './package.ts';

/** A host at one moment, before or after its change: what runs, what is installed and how it is marked. */
export const momentSchema = z.object({
  v: z.literal(1),
  host: z.string(),
  planDigest: z.string(),
  baseline: baselineSchema,
  installed: z.array(installedPackageSchema),
  automatic: z.array(z.string()),
  held: z.array(z.string()),
  /** Smoke checks that did not pass before the change; absent in older runs and after it. */
  smoke: z.array(z.string()).exactOptional(),
});
export type Moment = z.infer<typeof momentSchema>;
