import {z} from 'zod';
import {baselineSchema} from './facts.ts';
import {installedPackageSchema, managerIdSchema} from './package.ts';

/** How packages are marked, in a manager's own words. */
export const marksSchema = z.object({automatic: z.array(z.string()), held: z.array(z.string())});

const about = {
  host: z.string(),
  planDigest: z.string(),
  baseline: baselineSchema,
  installed: z.array(installedPackageSchema),
  /** Smoke checks that did not pass before the change; absent in older runs and after it. */
  smoke: z.array(z.string()).exactOptional(),
};

const currentSchema = z.object({
  v: z.literal(2),
  ...about,
  marks: z.array(z.object({manager: managerIdSchema, ...marksSchema.shape})),
});
/** A host at one moment, before or after its change: what runs, what is installed and how it is marked. */
export type Moment = z.infer<typeof currentSchema>;

/** Moments of before there were several managers are of apt. */
export const momentSchema = z.union([
  currentSchema,
  z
    .object({v: z.literal(1), ...about, ...marksSchema.shape})
    .transform(({automatic, held, ...rest}): Moment => ({
      ...rest,
      v: 2,
      marks: [{manager: 'apt', automatic, held}],
    })),
]);
