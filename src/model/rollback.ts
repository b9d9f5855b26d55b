import {z} from 'zod';
import {architectureSchema, managerIdSchema, packageNameSchema, packageVersionSchema} from './package.ts';

export const grades = ['full', 'partial', 'none'] as const;
export const gradeSchema = z.enum(grades);
export type Grade = z.infer<typeof gradeSchema>;

/** A package file kept on the host, below the run's staging directory. */
export const stagedFileSchema = z.object({
  name: packageNameSchema,
  arch: architectureSchema,
  version: packageVersionSchema,
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+:~^%_-]{0,250}\.[a-z]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int(),
  /** `repacked`: built again from what is installed; locally edited conffiles go into it, so it is a partial way back. */
  source: z.enum(['archive', 'cache', 'repacked']),
});
export type StagedFile = z.infer<typeof stagedFileSchema>;

/** The way back of one step of a plan. The packages themselves stay on the host. */
export const stepPointSchema = z.object({
  manager: managerIdSchema,
  /** Absolute directory on the host that holds `old/` and `new/`. */
  directory: z.string(),
  fresh: z.array(stagedFileSchema),
  previous: z.array(stagedFileSchema),
  /** Packages whose previous version could not be had from anywhere. */
  gone: z.array(z.object({name: packageNameSchema, arch: architectureSchema, version: packageVersionSchema})),
  automatic: z.array(z.string()),
  held: z.array(z.string()),
  /** The way back, simulated from the staged files as far as can be before the upgrade. */
  simulated: z.boolean(),
  grade: gradeSchema,
  /** Why the grade is what it is, one sentence each. */
  reasons: z.array(z.string()),
});
export type StepPoint = z.infer<typeof stepPointSchema>;

const about = {host: z.string(), at: z.string(), planDigest: z.string()};

const currentSchema = z.object({
  v: z.literal(2),
  ...about,
  /** In the order of the plan. */
  steps: z.array(stepPointSchema),
  /** That of the worst step. */
  grade: gradeSchema,
  reasons: z.array(z.string()),
});
/** The way back of one host, proven before its deploy. Kept as a file by digest. */
export type RollbackPoint = z.infer<typeof currentSchema>;

/** Points of before there were steps are of one. */
export const rollbackPointSchema = z.union([
  currentSchema,
  z
    .object({v: z.literal(1), ...about, ...stepPointSchema.shape})
    .transform(({host, at, planDigest, grade, reasons, ...step}): RollbackPoint => ({
      v: 2,
      host,
      at,
      planDigest,
      steps: [stepPointSchema.parse({...step, grade, reasons})],
      grade,
      reasons,
    })),
]);
